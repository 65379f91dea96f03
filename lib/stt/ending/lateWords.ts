import { type Unit, unitsOf } from '../../languages/units.ts';
import { afterUnits, retold, saysAnything } from '../sameWords.ts';
import { fuzzMs, type Words } from './words.ts';

/** How long interims still belong to the previous words, ms: after the engine's own end, and without one. */
const afterEndMs = 1_000;
const forgottenMs = 5_000;

/** Words that ended a turn before they were final: their final arrives late. */
export interface LateWords {
  readonly units: readonly string[];
  /** Where that turn ended, ms of audio, and when. */
  readonly end: number;
  readonly closedAt: number;
  /** Where its last words arrived, if that is known. */
  readonly wordsAt: number | undefined;
  /** Where the engine itself reported the end of the utterance, if it did; not before its words. */
  readonly endedAt: number | undefined;
  /** Whether a voice began after them, and whether the same words were spoken again since. */
  readonly isFollowed: boolean;
  readonly isRepeated: boolean;
}

/** The late words that remain, and the new words of an event: `undefined` if there are none. */
export type WithoutLate = readonly [LateWords | undefined, Words | undefined];

/** The words of an interim, as they are late when a turn ends with them. */
export function lateWords(
  interim: string,
  turn: { readonly end: number; readonly byEngine: boolean; readonly wordsAt: number | undefined },
  now: number,
): LateWords | undefined {
  const units = unitsOf(interim).map(({ letters }) => letters);
  if (units.length === 0) return undefined;
  const { end, byEngine, wordsAt } = turn;
  const endedAt = byEngine ? notBefore(end, wordsAt) : undefined;
  return { units, end, closedAt: now, wordsAt, endedAt, isFollowed: false, isRepeated: false };
}

/** A voice begins. */
export const lateAfterVoice = (late: LateWords, at: number): LateWords =>
  at > (late.endedAt ?? late.end) ? { ...late, isFollowed: true } : late;

/** The engine reports where the previous utterance ended. */
export const lateAfterEnd = (late: LateWords, end: number): LateWords =>
  late.endedAt === undefined ? { ...late, endedAt: notBefore(end, late.wordsAt) } : late;

/** Removes late words from an event. A final without new words has an empty text. */
export function withoutLate(late: LateWords, words: Words, now: number): WithoutLate {
  if (saysAnything(words.text))
    return words.type === 'final' ? finalWithout(late, words) : interimWithout(late, words, now);
  // The engine retracted them, unless this is about audio before them.
  const isRetracted = words.type === 'final' && words.end >= late.end - fuzzMs;
  return [isRetracted ? undefined : late, words];
}

function interimWithout(late: LateWords, words: Words, now: number): WithoutLate {
  if (late.isRepeated) return [late, words];
  const units = unitsOf(words.text);
  if (isBeginningOf(late.units, units)) {
    // Whether equal words, or the first of them, are a late final or a repetition by the user.
    const ms = now - late.closedAt;
    const isOver = late.endedAt !== undefined && (late.isFollowed || ms > afterEndMs);
    const isRepeated = isOver || ms > forgottenMs;
    return [{ ...late, isRepeated }, isRepeated ? words : undefined];
  }
  const count = retold(late.units, units, true);
  if (count === undefined) return [late, words];
  const text = afterUnits(words.text, units, count);
  return [late, text === '' ? undefined : { ...words, text }];
}

function finalWithout(late: LateWords, words: Words & { readonly type: 'final' }): WithoutLate {
  const nothing = { ...words, text: '' };
  const isOld = words.end <= late.end + fuzzMs;
  const units = unitsOf(words.text);
  const isPart = isBeginningOf(late.units, units);
  // Some of them: the others follow.
  if (isOld && isPart && units.length < late.units.length)
    return [{ ...late, units: late.units.slice(units.length) }, nothing];
  const isOver = late.endedAt !== undefined && words.end > late.endedAt + fuzzMs;
  const isRepeated = late.isRepeated || (isPart && late.isFollowed && isOver);
  if (!isOld && isRepeated) return [undefined, words];
  const count = retold(late.units, units, isOld || late.endedAt === undefined);
  // Different words: a revision by the engine, unless they belong to another voice.
  if (count === undefined) return [undefined, isOld ? nothing : words];
  return [undefined, { ...words, text: afterUnits(words.text, units, count) }];
}

/** An engine's end may be older than its words; those of an interim lie before the position of its arrival. */
const notBefore = (end: number, wordsAt = end): number => Math.max(end, wordsAt);

/** Whether units are others, or the first of them, and no more. */
const isBeginningOf = (others: readonly string[], units: readonly Unit[]): boolean =>
  units.length <= others.length && units.every(({ letters }, at) => letters === others[at]);
