import { unitsOf } from '../../languages/units.ts';
import { type FinalWords, fuzzMs, isPosition } from './words.ts';

/** The final words of the call, as far as engines repeat them: after a reconnection, for example. */
export interface FinalHistory {
  /** The latest units. */
  readonly units: readonly string[];
  /** Where the last of them ends in the audio. */
  readonly end: number;
  /** Whether finals came in the order of the audio: otherwise their positions show no repetition. */
  readonly isOrdered: boolean;
  /** Where a voice has begun since, behind all of it: words of that are new, be they the same. */
  readonly voiceAt?: number | undefined;
}

/** No final words. */
export const noFinals: FinalHistory = { units: [], end: -Infinity, isOrdered: true };

/** The most units that are kept. */
const most = 200;

/** Two finals that end this close to each other end with the same word, ms. */
const sameMs = 100;

/** A voice begins. */
export const withVoice = (history: FinalHistory, at: number): FinalHistory =>
  at >= history.end ? { ...history, voiceAt: at } : history;

/** Adds the words of a final. */
export function withFinal(history: FinalHistory, { text, end }: FinalWords): FinalHistory {
  const units = [
    ...history.units,
    ...unitsOf(text)
      .slice(-most)
      .map(({ letters }) => letters),
  ].slice(-most);
  if (!isPosition(end)) return { ...history, units };
  return {
    units,
    end: Math.max(history.end, end),
    isOrdered: history.isOrdered && end >= history.end - fuzzMs,
  };
}

/** Whether a final repeats words whose audio was final before. */
export function isRepetition(
  { units, end: last, isOrdered, voiceAt = Infinity }: FinalHistory,
  { text, end }: FinalWords,
): boolean {
  if (!isOrdered || !isPosition(end) || end > last + sameMs || end > voiceAt) return false;
  const repeated = unitsOf(text).map(({ letters }) => letters);
  return repeated.length > 0 && repeated.length <= most && spaced(units).includes(spaced(repeated));
}

const spaced = (units: readonly string[]): string => ` ${units.join(' ')} `;
