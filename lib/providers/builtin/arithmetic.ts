import { evaluate } from './evaluate.ts';
import { readNumbers } from './readNumbers.ts';
import { sayNumber } from './sayNumber.ts';

/** A sum the user asked for. */
export interface Sum {
  /** The sum in words: "seventeen times twenty-three". */
  readonly spoken: string;
  /** Its value; infinite or not a number where mathematics has none (a division by zero). */
  readonly value: number;
}

/** The ways to say and to write an operation, and the one form they are brought to. */
const synonyms: readonly (readonly [RegExp, string])[] = [
  [/(\d),(?=\d{3}\b)/g, '$1'],
  [/24\/7|\d+\/\d+\/\d+|\d{3,}-\d+/g, ' '], // "always", a date, a telephone number
  [/×|\*/g, ' times '],
  [/÷|\//g, ' divided by '],
  [/\+/g, ' plus '],
  [/[−–]|-(?=[\d ])/g, ' minus '],
  [/(?<=[a-z])-(?=[a-z])/g, ' '],
  [/\^/g, ' to the power of '],
  [/√/g, ' square root of '],
  [/%/g, ' percent '],
  [/=/g, ' is '],
  [/[^a-z0-9.() ]|\.(?!\d)/g, ' '],
];

/** As above, once numbers are digits and words have single spaces between them. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/(?<=\d) ?x ?(?=\d)/g, ' times '],
  [/multiplied (by|with)/g, 'times'],
  [/\bmultiply (\S+) (by|with|and)\b/g, '$1 times'],
  [/\bdivide (\S+) by\b/g, '$1 divided by'],
  [/\bover (?=\d)/g, 'divided by '],
  [/\bsubtract (\S+) from (\S+)/g, '$2 minus $1'],
  [/\badd (\S+) (to|and|with)\b/g, '$1 plus'],
  [/\bsum of (\S+) and\b/g, '$1 plus'],
  [/\bproduct of (\S+) and\b/g, '$1 times'],
  [/(?<=\d) (and|add) (?=\d)/g, ' plus '],
  [/\b(less|take away)(?= \d)/g, 'minus'],
  [/\bnegative\b/g, 'minus'],
  [/\b(raised )?to the power (of )?/g, 'to the power of '],
  [/\bthe (?=square)/g, ''],
  [/\b(a )?half of\b/g, '0.5 times'],
  [/\b(twice|double)\b/g, '2 times'],
  // Homophones that a speech recogniser writes for "two", "four" and "eight" where only a number can follow or lead.
  [/\b(plus|minus|times|divided by|power of) (to|too)\b(?! the)/g, '$1 2'],
  [/\b(plus|minus|times|divided by|power of) for\b/g, '$1 4'],
  [/\b(plus|minus|times|divided by|power of) ate\b/g, '$1 8'],
  [/\b(to|too) (plus|minus|times|divided by)\b/g, '2 $2'],
  [/\bfor (plus|minus|times|divided by)\b/g, '4 $1'],
];

/** The operations in words, and as the symbols they are evaluated in. */
const symbols: readonly (readonly [string, string])[] = [
  ['percent of', '/100*'],
  ['plus', '+'],
  ['minus', '-'],
  ['times', '*'],
  ['divided by', '/'],
  ['to the power of', '^'],
  ['squared', '^2'],
  ['cubed', '^3'],
  ['square root of', '√'],
];

const operation = symbols.map(([words]) => words).join('|');
const sum = new RegExp(
  `(?:[\\d.()]+|\\b(?:${operation})\\b)(?: (?:[\\d.()]+|(?:${operation})\\b))+(?![\\d.]| percent)`,
  'g',
);

/**
 * The sum in the user's words, with the usual order of operations; `undefined` where there is none.
 *
 * @example
 * calculate("What's twelve percent of 80?"); // { spoken: 'twelve percent of eighty', value: 9.6 }
 */
export function calculate(said: string): Sum | undefined {
  const text = replaceAll(phrases, readNumbers(replaceAll(synonyms, said.toLowerCase()).trim()));
  for (const [found] of text.matchAll(sum)) {
    const value = evaluate(replaceAll(symbols, found));
    if (value !== undefined)
      return { spoken: found.replace(/[\d.]+/g, digits => sayNumber(Number(digits))), value };
  }
  return undefined;
}

const replaceAll = (pairs: readonly (readonly [RegExp | string, string])[], text: string): string =>
  pairs.reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
