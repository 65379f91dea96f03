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

/** Also right for languages that put no space between words. */
const words = new Intl.Segmenter(undefined, { granularity: 'word' });
