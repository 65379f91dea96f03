import { folded } from './folded.ts';
import { isSpaceless, lettersRun } from './words.ts';

/** A piece of a text that is the same whatever surrounds it: a word, or a character where words have no spaces. */
export interface Unit {
  /** Folded. */
  readonly letters: string;
  /** Where it is in the text. */
  readonly from: number;
  readonly to: number;
}

/**
 * The units of a text, in their order; of a Korean one its syllables, since engines differ on the spaces.
 *
 * @example
 * unitsOf('你好, Bob').map(({ letters }) => letters) // ['你', '好', 'bob']
 */
export function unitsOf(text: string): Unit[] {
  const units: Unit[] = [];
  const add = (written: string, from: number): void => {
    const letters = folded(written).replaceAll(/(?<=\p{L})[.·](?=\p{L})/gu, '');
    if (/[\p{L}\p{N}]/u.test(letters)) units.push({ letters, from, to: from + written.length });
  };
  for (const { 0: letters, index } of text.matchAll(lettersRun)) {
    if (isSpaceless(letters) || /\p{Script=Hangul}/u.test(letters))
      for (const character of letters.matchAll(cluster)) add(character[0], index + character.index);
    else add(letters, index);
  }
  return units;
}

/** A character with its combining marks; letters of scripts with spaces in a row. */
const cluster =
  /(?:(?=[\p{Script=Latin}\p{N}])[\p{Script=Latin}\p{N}]+|[\p{L}\p{N}])[\p{M}\uff9e\uff9f\u200c\u200d]*/gu;
