import { type Endings, endingsOf, isWithEnding, leastOf, stemsOf } from './endings.ts';
import { folded } from './folded.ts';
import { isSpaceless, wordSpans } from './words.ts';
import { bare, wordsOf } from './wordsOf.ts';

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

/** No endings. */
const none: readonly string[] = [];

/**
 * Words, but single characters in scripts without spaces: a dictionary finds different words in different contexts.
 */
const unitsOf = (text: string): string[] =>
  wordsOf(text).flatMap(word => (isSpaceless(word) ? Array.from(word) : [word]));

/** The phrases of a list that may begin with a unit. */
const beginningWith = (unit: string, { byFirst }: Phrases, endings: Endings): (readonly string[])[] =>
  stemsOf(unit, endings).flatMap(stem => byFirst.get(stem) ?? []);

/** Whether a phrase is at a place among units; its last word may have an ending. */
function isAt(phrase: readonly string[], units: readonly string[], from: number, endings: Endings): boolean {
  return phrase.every((word, index) => {
    const unit = units[from + index];
    if (unit === word) return true;
    const isLast = index === phrase.length - 1;
    const isLong = phrase.join('').length >= leastOf(word);
    return isLast && isLong && unit !== undefined && isWithEnding(unit, word, endings);
  });
}

/**
 * Whether a text has one of these phrases in it, as words: "no" is not in "nowhere", 停 is not in 停车场. The last word
 * of a phrase may have one of these `endings`; see `Language`.
 *
 * @example
 * hasPhrase('请停一下', ['停']) // true
 * hasPhrase('그만요', ['그만'], ['요']) // true
 */
export function hasPhrase(text: string, list: readonly string[], endings = none): boolean {
  if (isMadeOf(text, list)) return saysSomething(text);
  const phrases = phrasesOf(list);
  const prepared = endingsOf(endings);
  const { units, starts, ends, innerEnds } = placesOf(text);
  const mayEnd = (to: number, phrase: readonly string[]): boolean =>
    ends.has(to) || (phrase.length > 1 && innerEnds.has(to));
  return units.some(
    (unit, from) =>
      starts.has(from) &&
      beginningWith(unit, phrases, prepared).some(
        phrase => mayEnd(from + phrase.length, phrase) && isAt(phrase, units, from, prepared),
      ),
  );
}

/** The units of a text, and where words begin and end among them. */
interface Places {
  readonly units: readonly string[];
  readonly starts: ReadonlySet<number>;
  readonly ends: ReadonlySet<number>;
  /** Where a phrase may end within a word of a dictionary, which finds different words in different contexts. */
  readonly innerEnds: ReadonlySet<number>;
}

function placesOf(text: string): Places {
  const units: string[] = [];
  const [starts, ends, innerEnds] = [new Set<number>(), new Set<number>(), new Set<number>()];
  for (const { from, to } of wordSpans(text)) {
    const word = bare(folded(text.slice(from, to)));
    if (word === '') continue;
    const at = units.length;
    starts.add(at);
    if (isSpaceless(word)) {
      units.push(...Array.from(word));
      // Katakana goes on to the end of its word: ダメ is not in ダメージ.
      for (const [index, letter] of Array.from(text.slice(from, to).normalize('NFKC')).entries())
        if (/[\p{Script=Han}\p{Script=Hiragana}]/u.test(letter)) innerEnds.add(at + index);
    } else units.push(word);
    ends.add(units.length);
  }
  return { units, starts, ends, innerEnds };
}

/**
 * Whether a text is nothing but these phrases, however often and however long: "ja ja ja", "jajaja", "mmmmm", 嗯嗯嗯.
 * The last word of each may have one of these `endings`.
 *
 * @example
 * isMadeOf('Uh-huh, okay…', ['uh huh', 'okay']) // true
 */
export function isMadeOf(text: string, list: readonly string[], endings = none): boolean {
  const units = unitsOf(text);
  if (areMadeOf(units, list, endings)) return true;
  const once = units.filter((unit, at) => !(unit === units[at - 1] && isDrawnOut(units, at)));
  return once.length < units.length && areMadeOf(once, list, endings);
}

/**
 * Whether a text is phrases of these, the last of which is not complete: "okay, I" of "okay" and "I see".
 *
 * @example
 * beginsPhrase('Go', ['go on']) // true
 */
export function beginsPhrase(text: string, list: readonly string[], endings = none): boolean {
  const units = unitsOf(text);
  const { byFirst } = phrasesOf(list);
  return units.some((unit, at) =>
    byFirst
      .get(unit)
      ?.some(
        phrase =>
          at + phrase.length > units.length &&
          units.slice(at).every((word, index) => word === phrase[index]) &&
          areMadeOf(units.slice(0, at), list, endings),
      ),
  );
}

/** Whether a letter of a script without spaces is one of three or more: อืมมมม. */
function isDrawnOut(units: readonly string[], at: number): boolean {
  const unit = units[at]!;
  const before = units[at - 2] === unit ? 2 : 1;
  return Array.from(unit).length === 1 && (before === 2 || units[at + 1] === unit);
}

function areMadeOf(units: readonly string[], list: readonly string[], endings: readonly string[]): boolean {
  const phrases = phrasesOf(list);
  const prepared = endingsOf(endings);
  // Visits each position once, however many ways lead there: "uh huh" is also "uh" and "huh". Positions that are
  // added are visited, too.
  const reached = new Set([0]);
  for (const at of reached) {
    const unit = units[at];
    if (unit === undefined) break;
    for (const phrase of beginningWith(unit, phrases, prepared)) {
      if (!isAt(phrase, units, at, prepared)) continue;
      const to = at + phrase.length;
      reached.add(to);
      if (phrase.length > 1 && isSpaceless(phrase[0]!))
        for (const ending of prepared.list)
          if (units.slice(to, to + ending.length).join('') === ending) reached.add(to + ending.length);
    }
    if (/^[ーゝ々ๆっ]$/u.test(unit) && at > 0) reached.add(at + 1); // the sentence goes on
    if (unit.length <= 64 && phrases.lists.some(phrase => phrase.length === 1 && isLonger(unit, phrase[0]!)))
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
