import type { TimedWord } from '../engine.ts';
import { unitsOf } from '../languages/units.ts';
import { isSpaceless, wordSpans } from '../languages/words.ts';
import { spokenLength, spokenWithin } from './spokenLength.ts';

/**
 * The whole words within the first part of a text, `share` of its duration (0 … 1): never half a word, in any script,
 * with the marks that follow them. Where scripts are mixed, voices differ in how long a syllable takes: the least counts.
 *
 * @example
 * wordsWithin('Ask not what your country', 0.5) // 'Ask not what'
 */
export function wordsWithin(text: string, share: number): string {
  const part = Math.min(1, Math.max(0, share));
  const limit = Math.min(Math.floor(text.length * part), spokenWithin(text, spokenLength(text) * part));
  if (limit >= text.trimEnd().length) return text;
  if (!(limit > 0)) return '';
  const spans = wordSpans(text);
  let end = 0;
  for (const [index, { from, to }] of spans.entries()) {
    if (to > limit) break;
    const next = spans[index + 1]?.from ?? text.length;
    const between = text.slice(to, next);
    const marks = /^\S*/u.exec(between)![0];
    // "well-known", "10:30" and "e.g.this" count as one word: a voice makes no pause in them.
    if (
      next < text.length &&
      isJoint(marks, between) &&
      !isSpaceless(text.slice(from, to)) &&
      !isSpaceless(text[next]!)
    )
      continue;
    const after = to + marks.replace(/[\p{Ps}\p{Pi}¿¡]+$/u, '').length;
    end = after <= limit ? after : to;
  }
  return text.slice(0, end);
}

const isJoint = (marks: string, between: string): boolean =>
  marks === between && /^[-‐‑'’./@:&_+%=?#~,]+$/u.test(marks);

/**
 * The words of a text that ended within this time, ms. A word that the voice spells differently ("three" for "3") is
 * skipped; the next one found gives the position.
 *
 * @example
 * wordsUntil('Ask not', [{ word: 'Ask', endMs: 200 }, { word: 'not', endMs: 400 }], 250) // 'Ask'
 */
export function wordsUntil(text: string, words: readonly TimedWord[], ms: number): string {
  const units = unitsOf(text);
  let heard = 0;
  for (const { word, endMs } of words) {
    if (endMs > ms) break;
    heard = found(units, unitsOf(word), heard) ?? heard;
  }
  // The marks after a word belong to it.
  const end = units[heard - 1]?.to ?? 0;
  return (
    text.slice(0, end) + (/^[^\p{L}\p{N}\s]+/u.exec(end === 0 ? '' : text.slice(end, end + 64))?.[0] ?? '')
  );
}

/** How many units of a text ahead a word is searched for; a word that is not found was spelt differently. */
const farthest = 50;

type Units = ReturnType<typeof unitsOf>;

/** The end of this word in the text, if it comes within this many units. */
function found(units: Units, word: Units, from: number): number | undefined {
  if (word.length === 0) return undefined;
  const last = Math.min(units.length - word.length, from + farthest);
  for (let at = from; at <= last; at += 1)
    if (word.every(({ letters }, index) => units[at + index]!.letters === letters)) return at + word.length;
  return undefined;
}
