import { folded } from './folded.ts';
import { bare, wordsOf } from './wordsOf.ts';
import { isSpaceless, wordSpans } from './words.ts';

/** Whether a text ends with one of these phrases, as words; with `-` before one, as the ending of a longer word. */
export function endsWithPhrase(text: string, list: readonly string[]): boolean {
  const spans = wordSpans(text);
  const words = spans.map(({ from, to }) => bare(folded(text.slice(from, to))));
  const last = words.at(-1);
  if (last === undefined) return false;
  const spaceless = isSpaceless(last);
  // "mm-hmm" does not end with "hmm".
  const isCompound = /[\p{L}\p{N}][-‐‑]$/u.test(
    text.slice(Math.max(0, spans.at(-1)!.from - 2), spans.at(-1)!.from),
  );
  return list.some(phrase => {
    if (phrase.startsWith('-')) {
      const ending = folded(phrase.slice(1)).split(' ');
      return endsWith(words, ending, (word, part) => word.length > part.length && word.endsWith(part));
    }
    const parts = partsOf(phrase);
    if (isCompound && parts.length === 1) return false;
    if (!spaceless) return endsWith(words, parts, (word, part) => word === part);
    // By letters, but from where a word begins.
    const letters = parts.join('');
    let tail = '';
    for (let at = words.length - 1; at >= 0 && tail.length < letters.length; at -= 1)
      tail = words[at]! + tail;
    return tail === letters;
  });
}

function endsWith(
  words: readonly string[],
  parts: readonly string[],
  isFirst: (word: string, part: string) => boolean,
): boolean {
  const from = words.length - parts.length;
  return (
    from >= 0 &&
    isFirst(words[from]!, parts[0]!) &&
    parts.slice(1).every((part, index) => words[from + 1 + index] === part)
  );
}

const parts = new Map<string, readonly string[]>();
/** The words of a phrase of a list; lists are data, so they are kept. */
function partsOf(phrase: string): readonly string[] {
  const known = parts.get(phrase);
  if (known !== undefined) return known;
  const made = wordsOf(phrase);
  if (parts.size < 10_000) parts.set(phrase, made);
  return made;
}
