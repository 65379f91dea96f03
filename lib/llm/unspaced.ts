/** A letter of a script that writes no spaces between words. */
export const unspaced: RegExp =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** The same at the end of a text, with the vowel signs, tone marks and the like that belong to it. */
export const unspacedEnd: RegExp = new RegExp(`(?:${unspaced.source})[\\p{M}\\p{Lm}\\p{Po}]{0,4}$`, 'u');

const ideographic = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** The length of a text in characters, where an ideograph or kana says as much as three letters and counts so. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const char of text) length += ideographic.test(char) ? 3 : char.length;
  return length;
}

// Unicode's rules and ICU's dictionaries are the same whatever the language is said to be.
const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Where the last word of a text begins, which may be only a part of one. */
export const lastWord = (text: string): number => [...words.segment(text)].at(-1)?.index ?? 0;

/**
 * Where a text that may go on can be cut: before its last two words, since further text may lengthen them; within a
 * single word before its last character.
 */
export function lastBreak(text: string): number {
  const starts = (segmenter: Intl.Segmenter): number[] =>
    [...segmenter.segment(text)].map(({ index }) => index);
  return starts(words).at(-2) || starts(characters).at(-1) || text.length;
}
