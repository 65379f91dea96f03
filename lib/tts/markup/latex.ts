import { type Rule, say } from './rule.ts';

const signs: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'times × cdot × div ÷ pm ± mp ∓ leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ approx ≈ equiv ≡ infty ∞ pi π to → rightarrow → ' +
    'Rightarrow → sum ∑ int ∫ alpha α beta β gamma γ delta δ Delta Δ epsilon ε theta θ lambda λ mu μ sigma σ Sigma Σ ' +
    'phi φ omega ω Omega Ω circ ° degree ° ldots … dots … cdots … lt < gt > in ∈ quad   qquad  '
  )
    .split(' ')
    .flatMap((name, index, all) => (index % 2 === 0 ? [[name, all[index + 1] ?? ' ']] : [])),
);

/** A formula in signs that a voice knows. */
const spoken = (formula: string): string =>
  formula
    .replace(/\\(?:text|mathrm|mathbf|mathit|operatorname|boxed|textbf|mbox)\s?\{([^{}]*)\}/gu, '$1')
    .replace(/\\d?frac\s?\{([^{}]*)\}\s?\{([^{}]*)\}/gu, '$1/$2')
    .replace(/\\sqrt\s?\{([^{}]*)\}/gu, '√$1')
    .replace(/\\(?:left|right|big|Big|displaystyle)(?![a-z])\s?/gu, '')
    .replace(/\\([A-Za-z]+)/gu, (_, name: string) => signs[name] ?? name)
    .replace(/\\[,;:! ]/gu, ' ')
    .replace(/\\\\/gu, ' ')
    .replace(/\\([%$&#_{}])/gu, '$1')
    .replace(/[{}]/gu, '')
    .replace(/\^°/gu, '°')
    .replace(/\^2(?!\d)/gu, '²')
    .replace(/\^3(?!\d)/gu, '³')
    .trim();

const pairs: readonly (readonly [open: string, whole: RegExp, begun: RegExp])[] = [
  ['\\(', /^\\\((.{0,250}?)\\\)/su, /^\\\(.{0,250}$/su],
  ['\\[', /^\\\[(.{0,250}?)\\\]/su, /^\\\[.{0,250}$/su],
  ['$$', /^\$\$([^$]{1,250})\$\$/u, /^\$\$[^$]{0,250}\$?$/u],
  // A dollar before a number is money, unless no amount follows.
  [
    '$',
    /^\$((?!\s|\d[\d.,]*(?:[\s.,;:!?)kKmMbB–-]|$))[^$\n]{0,150}?[^\s$])\$(?!\d)/u,
    /^\$(?:(?!\s|\d[\d.,]*[\s.,;:!?)kKmMbB–-])[^$\n]{1,150})?$/u,
  ],
];

/** `\( x^2 \)`, `\[ … \]`, `$$ … $$` and `$x$`: a formula that is in sight to its end. */
export const formula: Rule = (text, _, final) => {
  if (!/^[\\$]/u.test(text)) return undefined;
  if (/^\\$/u.test(text)) return final ? undefined : 'wait';
  for (const [open, whole, begun] of pairs) {
    if (!text.startsWith(open)) continue;
    const [all, inner = ''] = whole.exec(text) ?? [];
    if (all !== undefined) return say(all.length, spoken(inner));
    return begun.test(text) && !final ? 'wait' : undefined;
  }
  return undefined;
};
