/**
 * Steadies the interims of one utterance: each is a decode of all that was said so far, and its end is a guess. The
 * last word is held back until two decodes agree on it, and so is the full stop the model ends everything with.
 */
export class InterimWords {
  #before: readonly string[] = [];
  #shown = '';

  /** The words to show after one more decode; nothing when they are the same as before. */
  next(decoded: string): string | undefined {
    const words = decoded.split(' ').filter(Boolean);
    const last = words.length - 1;
    const agreed = words.length > 0 && bare(words[last]!) === bare(this.#before[last] ?? '');
    const text = words
      .slice(0, agreed ? words.length : last)
      .join(' ')
      .replace(/[.…]+$/u, '');
    this.#before = words;
    if (text === '' || text === this.#shown) return undefined;
    this.#shown = text;
    return text;
  }
}

const bare = (word: string): string => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
