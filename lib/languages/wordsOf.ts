import { folded } from './folded.ts';
import { wordSpans } from './words.ts';

/**
 * The words of a text, folded: one spelling of many (see `folded`), without marks.
 *
 * @example
 * wordsOf('Uh-huh, it’s 3.5!') // ['uh', 'huh', "it's", '3.5']
 */
export const wordsOf = (text: string): string[] =>
  wordSpans(text)
    .map(({ from, to }) => bare(folded(text.slice(from, to))))
    .filter(Boolean);

/** A word without the points between its letters: "a.m" is "am". */
export const bare = (word: string): string => word.replaceAll(/(?<=\p{L})[.·](?=\p{L})/gu, '');
