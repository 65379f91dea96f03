import type { TimedWord } from '../engine.ts';

/**
 * The whole words within the first part of a text, `share` of its characters (0 … 1): never half a word.
 *
 * @example
 * wordsWithin('Ask not what your country', 0.5) // 'Ask not what'
 */
export function wordsWithin(text: string, share: number): string {
  const limit = Math.floor(text.length * Math.min(1, Math.max(0, share)));
  if (limit >= text.trimEnd().length) return text;
  let end = 0;
  for (const { segment, index, isWordLike } of words.segment(text)) {
    if (index + segment.length > limit) break;
    if (isWordLike === true || end === index) end = index + segment.length;
  }
  return text.slice(0, end).trimEnd();
}

/**
 * The words of a text that were over after so many ms. A word the voice spells in another way ("three" for "3") is passed
 * over: the next one that is found tells where one is.
 *
 * @example
 * wordsUntil('Ask not', [{ word: 'Ask', endMs: 200 }, { word: 'not', endMs: 400 }], 250) // 'Ask'
 */
export function wordsUntil(text: string, words: readonly TimedWord[], ms: number): string {
  const lower = text.toLowerCase();
  let end = 0;
  for (const { word, endMs } of words) {
    if (endMs > ms) break;
    const at = lower.indexOf(word.toLowerCase(), end);
    if (at >= 0) end = at + word.length;
  }
  // The marks after a word belong to it.
  return text.slice(0, end) + (/^[^\p{L}\p{N}\s]+/u.exec(end === 0 ? '' : text.slice(end))?.[0] ?? '');
}

/** Also right for languages that put no space between words. */
const words = new Intl.Segmenter(undefined, { granularity: 'word' });
