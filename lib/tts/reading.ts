import { unitsOf } from '../languages/units.ts';

/** The likeness of a reading to its text: the same words, some other words, or something else. */
export type Reading = 'same' | 'reworded' | 'other';

/** The least share of a text's words that its reading has, and of a reading's words that are the text's. */
const least = { recall: 0.5, precision: 0.4 } as const;

/**
 * Compares a voice's own transcript with the text that it should read. Case, punctuation, hyphens and spaces count for
 * nothing. Numbers and signs may be said in many ways, so they never make a reading something else.
 *
 * @example
 * readingOf('I am here.', "I'm here.") // 'reworded'
 * readingOf('Is it raining?', "Sorry, I can't see the weather from here.") // 'other'
 */
export function readingOf(text: string, spoken: string): Reading {
  const [written, said] = [wordsOf(text), wordsOf(spoken)];
  if (said.length === 0 || written.join('') === said.join('')) return 'same';
  const plain = written.filter(isPlain);
  if (plain.length === 0) return 'reworded';
  const common = inCommon(plain, said);
  const isWrong = common / plain.length < least.recall;
  const isOther = common / said.length < least.precision && !hasSigns(text);
  return isWrong || isOther || isTooLong(text, written, said) ? 'other' : 'reworded';
}

/** Whether the transcript so far is a reading of its text: `fine`, something else, or too short to be judged. */
export function readingSoFar(text: string, spoken: string): 'unsure' | 'fine' | 'other' {
  const written = wordsOf(text);
  // The last word may be a part of one.
  const said = wordsOf(/[\s\p{P}]$/u.test(spoken) ? spoken : spoken.replace(/\S+$/u, ''));
  if (isTooLong(text, written, said)) return 'other';
  if (said.length === 0) return 'unsure';
  const near = written.slice(0, 2 * said.length + 3);
  const share = inCommon(near, said) / said.length;
  if (said.length >= Math.min(enough.good, written.length) && share >= 0.6) return 'fine';
  if (said.length >= enough.bad && hasSigns(text)) return 'fine';
  if (said.length >= enough.bad && share < 0.35) return 'other';
  return said.length >= enough.any ? 'fine' : 'unsure';
}

/** The number of words after which a reading counts as right or wrong; after the last, it is at least a reading. */
const enough = { good: 3, bad: 4, any: 8 } as const;

/** Words with contractions as two: "I'm" is i and m, as "I am" is i and am. */
const wordsOf = (text: string): string[] =>
  unitsOf(text).flatMap(({ letters }) => letters.split("'").filter(Boolean));

const isPlain = (word: string): boolean => !/\p{N}/u.test(word);

/** Whether a text has numbers or signs, which are said in words that it does not have. */
const hasSigns = (text: string): boolean => /[\p{N}\p{Sc}%&@+=<>°#/]/u.test(text);

/** Whether more was said than the text can mean: the model goes on by itself. */
const isTooLong = (text: string, written: readonly string[], said: readonly string[]): boolean =>
  said.length > (hasSigns(text) ? 8 : 1.5) * written.length + 6;

/** The number of words that two texts have in common, in the same order. */
function inCommon(one: readonly string[], other: readonly string[]): number {
  let row = new Array<number>(other.length + 1).fill(0);
  for (const word of one) {
    const next = [0];
    other.forEach((said, index) => {
      next.push(isSame(word, said) ? row[index]! + 1 : Math.max(row[index + 1]!, next[index]!));
    });
    row = next;
  }
  return row.at(-1)!;
}

/** Whether two words are the same, or one is the contraction of the other: "m" of "am", "ll" of "will". */
const isSame = (one: string, other: string): boolean =>
  one === other || (one.length <= 2 && other.endsWith(one)) || (other.length <= 2 && one.endsWith(other));
