import { folded } from './folded.ts';
import { isSpaceless, wordSpans } from './words.ts';

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

const bare = (word: string): string => word.replaceAll(/(?<=\p{L})[.·](?=\p{L})/gu, '');

/** Phrases, ready to be looked for. */
interface Phrases {
  /** The words of each, and as one where words have no spaces between them. */
  readonly lists: readonly (readonly string[])[];
  /** The first words they begin with, for a quick look. */
  readonly byFirst: ReadonlyMap<string, readonly (readonly string[])[]>;
}

const prepared = new WeakMap<readonly string[], Phrases>();

function phrasesOf(list: readonly string[]): Phrases {
  const known = prepared.get(list);
  if (known !== undefined) return known;
  const lists = list.map(unitsOf).filter(units => units.length > 0);
  const byFirst = new Map<string, (readonly string[])[]>();
  for (const units of lists) byFirst.set(units[0]!, [...(byFirst.get(units[0]!) ?? []), units]);
  const phrases = { lists, byFirst };
  prepared.set(list, phrases);
  return phrases;
}

/**
 * Words, but single characters in scripts without spaces: a dictionary finds different words in different contexts.
 */
const unitsOf = (text: string): string[] =>
  wordsOf(text).flatMap(word => (isSpaceless(word) ? Array.from(word) : [word]));

/**
 * Whether a text has one of these phrases in it, as words: "no" is not in "nowhere", 停 is not in 停车场.
 *
 * @example
 * hasPhrase('请停一下', ['停']) // true
 */
export function hasPhrase(text: string, list: readonly string[]): boolean {
  const phrases = phrasesOf(list);
  if (isMadeOf(text, list)) return saysSomething(text);
  const units: string[] = [];
  // Where words begin and end, counted in units.
  const starts = new Set<number>();
  const ends = new Set<number>();
  for (const word of wordsOf(text)) {
    starts.add(units.length);
    if (isSpaceless(word)) units.push(...Array.from(word));
    else units.push(word);
    ends.add(units.length);
  }
  return units.some(
    (unit, from) =>
      starts.has(from) &&
      phrases.byFirst.get(unit)?.some(
        phrase =>
          // Matches of two letters or more do not depend on a dictionary's word boundaries.
          (ends.has(from + phrase.length) || (phrase.length > 1 && isSpaceless(phrase.at(-1)!))) &&
          phrase.every((word, index) => units[from + index] === word),
      ),
  );
}

/**
 * Whether a text is nothing but these phrases, however often and however long: "ja ja ja", "jajaja", "mmmmm", 嗯嗯嗯.
 *
 * @example
 * isMadeOf('Uh-huh, okay…', ['uh huh', 'okay']) // true
 */
export function isMadeOf(text: string, list: readonly string[]): boolean {
  const units = unitsOf(text);
  if (areMadeOf(units, list)) return true;
  const once = units.filter((unit, at) => !(unit === units[at - 1] && isDrawnOut(units, at)));
  return once.length < units.length && areMadeOf(once, list);
}

/**
 * Whether a text is phrases of these, the last of which is not complete: "okay, I" of "okay" and "I see".
 *
 * @example
 * beginsPhrase('Go', ['go on']) // true
 */
export function beginsPhrase(text: string, list: readonly string[]): boolean {
  const units = unitsOf(text);
  const { byFirst } = phrasesOf(list);
  return units.some((unit, at) =>
    byFirst
      .get(unit)
      ?.some(
        phrase =>
          at + phrase.length > units.length &&
          units.slice(at).every((word, index) => word === phrase[index]) &&
          areMadeOf(units.slice(0, at), list),
      ),
  );
}

/** Whether a letter of a script without spaces is one of three or more: อืมมมม. */
function isDrawnOut(units: readonly string[], at: number): boolean {
  const unit = units[at]!;
  const before = units[at - 2] === unit ? 2 : 1;
  return Array.from(unit).length === 1 && (before === 2 || units[at + 1] === unit);
}

function areMadeOf(units: readonly string[], list: readonly string[]): boolean {
  const { lists, byFirst } = phrasesOf(list);
  // Visits each position once, however many ways lead there: "uh huh" is also "uh" and "huh". Positions that are
  // added are visited, too.
  const reached = new Set([0]);
  for (const at of reached) {
    const unit = units[at];
    if (unit === undefined) break;
    for (const phrase of byFirst.get(unit) ?? [])
      if (phrase.every((word, index) => units[at + index] === word)) reached.add(at + phrase.length);
    if (/^[ーゝ々ๆっ]$/u.test(unit) && at > 0) reached.add(at + 1); // the sentence goes on
    if (unit.length <= 64 && lists.some(phrase => phrase.length === 1 && isLonger(unit, phrase[0]!)))
      reached.add(at + 1);
  }
  return reached.has(units.length);
}

/**
 * Whether the words of a text come in another, one after the other; no words are part of none.
 *
 * @example
 * isPartOf('there was a', 'Once there was a king.') // true
 */
export function isPartOf(text: string, whole: string): boolean {
  const spaced = (text: string): string => ` ${unitsOf(text).join(' ')} `;
  return saysSomething(text) && spaced(whole).includes(spaced(text));
}

const saysSomething = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/** Whether a word is this one, said longer or more than once: "mmmmm", "yeahhh", "jajaja". */
function isLonger(word: string, than: string): boolean {
  if (word[0] !== than[0] || word.length <= than.length) return false;
  if (/(.)\1\1/u.test(word) && squeezed(word) === squeezed(than)) return true;
  return (
    (than.length > 1 || /\p{Script=Hangul}/u.test(than)) &&
    word === than.repeat(Math.floor(word.length / than.length))
  );
}

const squeezed = (word: string): string => word.replaceAll(/(.)\1+/gu, '$1');

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
