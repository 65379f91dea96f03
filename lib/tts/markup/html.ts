import { hostOf } from './address.ts';
import { drop, type Rule, say } from './rule.ts';

const tagNames =
  'a|abbr|answer|b|blockquote|body|br|break|center|cite|code|dd|del|details|dfn|div|dl|dt|em|emphasis|final|final_answer|font|h[1-6]|hr|html|i|img|ins|kbd|li|mark|ol|output|p|phoneme|pre|prosody|q|response|s|samp|say-as|small|span|speak|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|wbr';
const attribute = String.raw`\s{1,20}[\w:-]{1,40}\s{0,5}=\s{0,5}`;
/** An attribute needs its value: "a <b and c> d" is no tag. */
const tag = new RegExp(
  `^</?(${tagNames})(?:${attribute}(?:"[^"<>\\n]*"|'[^'<>\\n]*'|[^\\s"'<>]+))*\\s{0,20}/?>`,
  'iu',
);
const tagBegun = new RegExp(
  `^</?(?:[a-z][a-z_-]{0,12}|(?:${tagNames})(?:${attribute}(?:"[^"<>\\n]*"|'[^'<>\\n]*'|[^\\s"'<>]+))*` +
    `(?:\\s{1,20}(?:[\\w:-]{1,40}\\s{0,5}(?:=\\s{0,5}(?:"[^"<>\\n]*|'[^'<>\\n]*|[^\\s"'<>]*))?)?)?/?)?$`,
  'iu',
);
const addressBegun = /^<(?:h(?:t(?:t(?:p(?:s?(?::[^<>\s]*)?)?)?)?)?|(?:mailto:)?[\w.+-]+(?:@[^<>\s]*)?)$/iu;

export const html: Rule = (text, place, final) => {
  if (!text.startsWith('<')) return undefined;
  if (/^<!-?$/u.test(text) && !final) return 'wait';
  if (text.startsWith('<!--')) {
    place.skipping = { end: /-->/u, reach: 3 };
    return drop(4, place.lineStart);
  }
  const [address] = /^<(?=https?:\/\/|(?:mailto:)?[\w.+-]+@)[^<>\s]+>/iu.exec(text) ?? [];
  if (address !== undefined) return say(address.length, hostOf(address.slice(1, -1)));
  const raw = /^<(script|style|svg)(?:\s[^<>]{0,200})?>/iu.exec(text);
  if (raw) {
    place.skipping = { end: new RegExp(`</${raw[1]!}\\s{0,5}>`, 'iu'), reach: 20 };
    return drop(raw[0].length, place.lineStart);
  }
  const [whole, name = ''] = tag.exec(text) ?? [];
  if (whole !== undefined)
    return /^(?:br|p|div|li|tr|h\d)$/iu.test(name)
      ? { length: whole.length, text: '\n' }
      : drop(whole.length);
  const open =
    tagBegun.test(text) ||
    addressBegun.test(text) ||
    /^<(?:script|style|svg)(?:\s[^<>]{0,200})?$/iu.test(text);
  return open && !final ? 'wait' : undefined;
};

const entities: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'amp & lt < gt > quot " apos \' ndash – mdash — hellip … copy © reg ® trade ™ deg ° euro € pound £ yen ¥ cent ¢ ' +
    'times × divide ÷ plusmn ± minus − frac12 ½ frac14 ¼ frac34 ¾ sup1 ¹ sup2 ² sup3 ³ laquo « raquo » ldquo “ rdquo ” ' +
    'bdquo „ lsquo ‘ rsquo ’ sbquo ‚ bull • middot · sect § para ¶ micro µ larr ← uarr ↑ rarr → darr ↓ le ≤ ge ≥ ne ≠ ' +
    'asymp ≈ infin ∞ radic √ pi π iexcl ¡ iquest ¿ ordm º ordf ª szlig ß aelig æ AElig Æ oelig œ OElig Œ eth ð thorn þ ' +
    'star ★ check ✓ num # percnt % ast * plus + comma , period . colon : semi ; excl ! quest ? commat @ lpar ( rpar ) ' +
    'lbrack [ rbrack ] lsqb [ rsqb ] lowbar _ sol / bsol \\ vert | lbrace { rbrace } grave ` dollar $ equals = tilde ˜'
  )
    .split(' ')
    .flatMap((name, index, all) => (index % 2 === 0 ? [[name, all[index + 1]!]] : [])),
);
const accents: Readonly<Record<string, string>> = {
  grave: '\u0300',
  acute: '\u0301',
  circ: '\u0302',
  tilde: '\u0303',
  uml: '\u0308',
  ring: '\u030a',
  cedil: '\u0327',
  caron: '\u030c',
};

/** A letter with its accent ("eacute"), a stroke ("oslash") or by its name ("nbsp", "euro"). */
function characterOf(name: string): string | undefined {
  if (/^#/u.test(name)) {
    const code = Number(name.replace(/^#/u, '').replace(/^x/iu, '0x'));
    const exists = code > 0 && code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff);
    return exists ? String.fromCodePoint(code) : '';
  }
  if (/^(?:nbsp|ensp|emsp|thinsp)$/u.test(name)) return ' ';
  if (/^(?:shy|zwj|zwnj)$/u.test(name)) return '';
  const [, letter = '', accent = ''] =
    /^([a-z])(grave|acute|circ|tilde|uml|ring|cedil|caron)$/iu.exec(name) ?? [];
  if (letter !== '') return `${letter}${accents[accent] ?? ''}`.normalize('NFC');
  if (/^oslash$/iu.test(name)) return name.startsWith('O') ? 'Ø' : 'ø';
  return entities[name];
}

export const entity: Rule = (text, _, final) => {
  if (!text.startsWith('&')) return undefined;
  const [whole, name = ''] = /^&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,8}[1-4]{0,2});/iu.exec(text) ?? [];
  if (whole === undefined) return /^&(?:#x?)?[\da-z]{0,8}$/iu.test(text) && !final ? 'wait' : undefined;
  const said = characterOf(name);
  return said === undefined ? undefined : say(whole.length, said);
};
