import { type Unit, unitsOf } from '../../languages/units.ts';
import { added } from '../joinedText.ts';
import { afterUnits, aligned, retold, saysAnything } from '../sameWords.ts';
import { isSettled, type LateWords, lettersOf, settledBy } from './lateWords.ts';
import { type FinalWords, fuzzMs, retracts, type Words } from './words.ts';

/** How long interims still belong to the previous words, ms: after the engine's own end, and without one. */
const afterEndMs = 1_000;
const forgottenMs = 5_000;

/** The late words that remain, and the new words of an event: `undefined` if there are none. */
export type WithoutLate = readonly [LateWords | undefined, Words | undefined];

/**
 * Removes late words from an event. Words that are only repeated are not new; after them, the others are. If late
 * words are corrected, the others make sense only with the correction: all are new. A correction alone is not: the
 * bot answers already. A final without new words has an empty text.
 */
export function withoutLate(late: LateWords, words: Words, now: number): WithoutLate {
  if (isSettled(late) && now - late.closedAt > forgottenMs) return [undefined, words];
  if (saysAnything(words.text))
    return words.type === 'final' ? finalWithout(late, words) : interimWithout(late, words, now);
  // The engine retracted them, unless this is about audio before them.
  const isRetracted = words.type === 'final' && retracts(words.end, late.openTo);
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
  const found = findLate(late, units, true);
  const text = found === undefined ? words.text : newText(late, words.text, units, found);
  return [late, text === '' ? undefined : { ...words, text }];
}

function finalWithout(late: LateWords, words: FinalWords): WithoutLate {
  const nothing = { ...words, text: '' };
  const isOld = words.end <= late.end + fuzzMs;
  const units = unitsOf(words.text);
  const isPart = isBeginningOf(late.units, units);
  if (isOld && units.length < late.units.length) {
    // Some of them: the others follow.
    const count = isPart ? units.length : aligned(lettersOf(units), late.units);
    if (count !== undefined) return [settledBy(late, words.text, !isPart, late.units.slice(count)), nothing];
  }
  const isOver = late.endedAt !== undefined && words.end > late.endedAt + fuzzMs;
  const isRepeated = late.isRepeated || (isPart && late.isFollowed && isOver);
  if (!isOld && isRepeated) return [undefined, words];
  const found = findLate(late, units, isOld || late.endedAt === undefined);
  if (found !== undefined) {
    const text = newText(late, words.text, units, found);
    // A correction alone: more words of the utterance may follow.
    const isOpen = text === '' && found.isCorrected && late.endedAt === undefined;
    return [isOpen ? settledBy(late, words.text, true) : undefined, { ...words, text }];
  }
  // Other words: a correction if they belong to the same voice.
  if (late.isFollowed && !isOld) return [undefined, words];
  const isMore = !isOld || units.length > late.units.length;
  return [undefined, isMore ? { ...words, text: whole(late, words.text) } : nothing];
}

/** Late words at the beginning of others: how many units they are there, and whether any of them was corrected. */
interface Found {
  readonly count: number;
  readonly isCorrected: boolean;
}

function findLate(late: LateWords, units: readonly Unit[], loosely: boolean): Found | undefined {
  const letters = lettersOf(units);
  const same = retold(late.units, letters);
  if (same !== undefined) return { count: same, isCorrected: late.isCorrected };
  const count = loosely ? aligned(late.units, letters) : undefined;
  return count === undefined ? undefined : { count, isCorrected: true };
}

/** The words after late ones: the others; or, if there are others and late ones were corrected, all of them. */
function newText(
  late: LateWords,
  text: string,
  units: readonly Unit[],
  { count, isCorrected }: Found,
): string {
  if (!isCorrected) return afterUnits(text, units, count);
  return units.length > count ? whole(late, text) : '';
}

/** The words, with those that settled late ones before them. */
const whole = ({ settled }: LateWords, text: string): string => added(settled, text).text;

/** Whether units are others, or the first of them, and no more. */
const isBeginningOf = (others: readonly string[], units: readonly Unit[]): boolean =>
  units.length <= others.length && units.every(({ letters }, at) => letters === others[at]);
