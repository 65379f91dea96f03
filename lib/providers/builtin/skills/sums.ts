import { calculate } from '../arithmetic.ts';
import { readNumbers } from '../readNumbers.ts';
import { roundForSpeech, sayNumber } from '../sayNumber.ts';
import type { Skills } from '../skill.ts';
import { convert } from '../units.ts';

/** Sums, conversions, and counting. */
export const sums: Skills = {
  arithmetic: {
    when: /./,
    answer: ({ said }) => {
      const sum = calculate(said);
      if (sum === undefined) return undefined;
      const { spoken, value } = sum;
      if (!Number.isFinite(value)) return `${capitalise(spoken)} has no answer, not even from a computer.`;
      const about = roundForSpeech(value) === value ? '' : 'about ';
      return `${capitalise(spoken)} is ${about}${sayNumber(value)}.`;
    },
  },
  conversion: {
    when: /\b(in|into|to|how many|how much|convert|what is)\b/,
    answer: ({ said }) => {
      const conversion = convert(said);
      return conversion?.asked === true ? `${capitalise(conversion.from)} is ${conversion.to}.` : undefined;
    },
  },
  counting: {
    when: /\bcount\b.*\b(to|from)\b/,
    answer: ({ words }) => {
      const last = Math.min(30, Number(/\d+/.exec(readNumbers(words))?.[0] ?? 10));
      return `${Array.from({ length: Math.max(last, 1) }, (_, index) => capitalise(sayNumber(index + 1))).join('. ')}.`;
    },
  },
};

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
