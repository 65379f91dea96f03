/**
 * A transcript down to its words: engines change case, marks and spaces between an interim and its final, and neither
 * changes what was said.
 *
 * @example
 * normalised('What’s new?') === normalised("what's  new") // true
 */
export const normalised = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKC')
    .replaceAll('’', "'")
    .replaceAll(/(?<=\p{L})-(?=\p{L})/gu, ' ')
    .replaceAll(/[^\p{L}\p{N}\p{M}'\s]|(?<![\p{L}\p{N}])'|'(?![\p{L}\p{N}])/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim();

/** The words of a transcript, normalised. */
export const wordsOf = (text: string): string[] => normalised(text).split(' ').filter(Boolean);

/** Whether a transcript says anything: engines tell spaces, marks and notes of music for what is no speech. */
export const saysAnything = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/** What comes in a text after these words, if it begins with them. */
export function after(words: readonly string[], text: string): string | undefined {
  const pieces = text.trim().split(/\s+/u);
  let index = 0;
  let piece = 0;
  while (index < words.length) {
    if (piece >= pieces.length) return undefined;
    for (const word of wordsOf(pieces[piece++]!)) if (word !== words[index++]) return undefined;
  }
  return pieces.slice(piece).join(' ');
}
