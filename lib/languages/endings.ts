import { folded } from './folded.ts';
import { isSpaceless } from './words.ts';

/** Longer words are not taken apart. */
const longest = 64;

/** Endings that may follow a phrase without a space, ready to be looked for. */
export interface Endings {
  readonly list: readonly string[];
  readonly has: (letters: string) => boolean;
}

const prepared = new WeakMap<readonly string[], Endings>();

/** Prepares endings. Up to two may follow each other: 그만 + 이라고 + 요. */
export function endingsOf(list: readonly string[]): Endings {
  const known = prepared.get(list);
  if (known !== undefined) return known;
  const all = new Set(list.map(folded));
  const has = (letters: string): boolean => {
    if (all.has(letters)) return true;
    for (let cut = 1; cut < letters.length; cut += 1)
      if (all.has(letters.slice(0, cut)) && all.has(letters.slice(cut))) return true;
    return false;
  };
  const endings = { list: [...all], has };
  prepared.set(list, endings);
  return endings;
}

/** Whether a word is another with an ending: "dursana" is "dur" with "sana". */
export const isWithEnding = (word: string, stem: string, { list, has }: Endings): boolean =>
  list.length > 0 &&
  word.length > stem.length &&
  word.length <= longest &&
  word.startsWith(stem) &&
  has(word.slice(stem.length));

/** A word, and its stems without endings. */
export function stemsOf(word: string, { list, has }: Endings): readonly string[] {
  if (list.length === 0 || word.length > longest) return [word];
  const stems = [word];
  for (let cut = leastOf(word); cut < word.length; cut += 1)
    if (has(word.slice(cut))) stems.push(word.slice(0, cut));
  return stems;
}

/** The fewest letters of a word that may have an ending: short ones are the beginning of too many others. */
export const leastOf = (word: string): number => (isSyllabic.test(word) || isSpaceless(word) ? 2 : 3);

const isSyllabic = /\p{Script=Hangul}/u;
