import { folded } from '../languages/folded.ts';
import type { Unit } from '../languages/units.ts';
import { spacelessScripts, wordSpans } from '../languages/words.ts';

/** Spaces that engines set as they like; found by the space first, so that no run of marks is gone back over each time. */
const looseSpace = new RegExp(
  ` (?<=[${spacelessScripts}]\\p{M}{0,8} )| (?=[${spacelessScripts}])|(?<=\\p{Script=Hangul}) (?=\\p{Script=Hangul})`,
  'gu',
);

/**
 * A transcript reduced to its words. Engines change case, punctuation and spaces between an interim and its final,
 * without changing the words. Punctuation within numbers stays: 3.5 is not 35.
 *
 * @example
 * normalised('What’s new?') === normalised("what's  new") // true
 */
export const normalised = (text: string): string =>
  folded(text)
    .replaceAll(/(?<=\p{L})-(?=\p{L})|(?<=\p{N})[-–](?=\p{N})/gu, ' ')
    .replaceAll(/(?<!\p{N})[.,:/]|[.,:/](?!\p{N})/gu, mark => (mark === '/' ? ' ' : ''))
    .replaceAll(/[^\p{L}\p{N}\p{M}'.,:/\s]|(?<![\p{L}\p{N}])'|'(?![\p{L}\p{N}])/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(looseSpace, '')
    .trim();

/** The number of words in a transcript, in any script. */
export const countWords = (text: string): number => wordSpans(text).length;

/** Whether a transcript contains words: engines emit spaces, punctuation and notes of music for other sounds. */
export const saysAnything = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/** The number of units of `fresh` that repeat these, if it begins with them; the last may have become longer. */
export function retold(old: readonly string[], fresh: readonly string[]): number | undefined {
  const last = old.length - 1;
  const isSame = (before: string, index: number): boolean => {
    const now = fresh[index]!;
    return before === now || (index === last && before.length > 1 && now.startsWith(before));
  };
  return fresh.length >= old.length && old.every(isSame) ? old.length : undefined;
}

/** More units than these are not aligned. */
const longestAligned = 200;

/**
 * The number of units of `fresh` that are recognised as these, by edit distance, if it begins with them; at most two
 * units in five differ.
 */
export function aligned(old: readonly string[], fresh: readonly string[]): number | undefined {
  if (old.length > longestAligned) return undefined;
  const limit = Math.floor(old.length / 2.5);
  const considered = fresh.slice(0, old.length + limit);
  let row = Array.from({ length: considered.length + 1 }, (_, index) => index);
  old.forEach((letters, at) => {
    const next = [at + 1];
    considered.forEach((unit, index) => {
      const replaced = row[index]! + (unit === letters ? 0 : 1);
      next.push(Math.min(replaced, row[index + 1]! + 1, next[index]! + 1));
    });
    row = next;
  });
  let best = 0;
  row.forEach((edits, index) => {
    const nearer = Math.abs(index - old.length) < Math.abs(best - old.length);
    if (edits < row[best]! || (edits === row[best]! && nearer)) best = index;
  });
  return row[best]! <= limit ? best : undefined;
}

/** A text without its first units, and without the marks that belong to those. */
export const afterUnits = (text: string, units: readonly Unit[], count: number): string =>
  count >= units.length
    ? ''
    : text
        .slice(units[count - 1]?.to ?? 0)
        .replace(/^[\s\p{Pe}\p{Pf}.,;:!?…。、，！？；：؟،؛।॥・\-–—~]+/u, '')
        .trim();
