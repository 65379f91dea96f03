import { type Unit, unitsOf } from '../../languages/units.ts';
import { added, type JoinedText, noText } from '../joinedText.ts';

/** Words that ended a turn before they were final: their final arrives late. */
export interface LateWords {
  readonly units: readonly string[];
  /** The finals that have settled the words before these, and whether they corrected any. */
  readonly settled: JoinedText;
  readonly isCorrected: boolean;
  /** Where that turn ended, ms of audio, and when. */
  readonly end: number;
  readonly closedAt: number;
  /** Where its last words arrived, if that is known; where they end at the earliest. */
  readonly wordsAt: number | undefined;
  readonly openTo: number;
  /** Where the engine itself reported the end of the utterance, if it did; not before its words. */
  readonly endedAt: number | undefined;
  /** Whether a voice began after them, and whether the same words were spoken again since. */
  readonly isFollowed: boolean;
  readonly isRepeated: boolean;
}

/** The end of a turn: where its voice ended, whether the engine itself reported it, and where its last words arrived. */
export interface ClosedTurn {
  readonly end: number;
  readonly byEngine: boolean;
  readonly wordsAt: number | undefined;
}

/** The words of an interim, as they are late when a turn ends with them. `openTo`: where they end at the earliest. */
export function lateWords(
  interim: string,
  openTo: number,
  { end, byEngine, wordsAt }: ClosedTurn,
  now: number,
): LateWords | undefined {
  const units = lettersOf(unitsOf(interim));
  if (units.length === 0) return undefined;
  return {
    units,
    settled: noText,
    isCorrected: false,
    end,
    closedAt: now,
    wordsAt,
    openTo,
    endedAt: byEngine ? notBefore(end, wordsAt) : undefined,
    isFollowed: false,
    isRepeated: false,
  };
}

/** A voice begins. */
export function lateAfterVoice(late: LateWords, at: number): LateWords | undefined {
  if (at <= (late.endedAt ?? late.end)) return late;
  return isSettled(late) ? undefined : { ...late, isFollowed: true };
}

/** The engine reports where the previous utterance ended. */
export function lateAfterEnd(late: LateWords, end: number): LateWords | undefined {
  if (isSettled(late)) return undefined;
  return late.endedAt === undefined ? { ...late, endedAt: notBefore(end, late.wordsAt) } : late;
}

/** Whether all of them are final, with corrections: the rest of the utterance is said with those. */
export const isSettled = ({ units }: LateWords): boolean => units.length === 0;

/** A final settles the first late words, and corrects them or not; these are left. */
export const settledBy = (
  late: LateWords,
  text: string,
  isCorrection: boolean,
  units: readonly string[] = [],
): LateWords => ({
  ...late,
  units,
  settled: added(late.settled, text),
  isCorrected: late.isCorrected || isCorrection,
});

/** An engine's end may be older than its words; those of an interim lie before the position of its arrival. */
const notBefore = (end: number, wordsAt = end): number => Math.max(end, wordsAt);

/** The units as they are compared. */
export const lettersOf = (units: readonly Unit[]): readonly string[] => units.map(({ letters }) => letters);
