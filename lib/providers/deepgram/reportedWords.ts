import { normalised } from '../../stt/sameWords.ts';
import type { Hearing, Word } from './hearing.ts';

/** How far two stretches of audio may overlap and count as one after the other, ms: services round. */
const toleranceMs = 20;
/** How many words are remembered: more than the longest stretch that a service repeats. */
const rememberedWords = 400;

/** A word that was reported as final, and the hearing it came from. */
interface Told extends Word {
  readonly key: string;
  readonly hearing: Hearing;
}

/**
 * The words of a call that were reported as final. A service may send them again: the same window twice, windows that
 * overlap, one inside another. A word is a repetition if it is in the same place of the audio; where the times of words
 * are missing, if it is in the same order among the same words of overlapping audio.
 */
export class ReportedWords {
  #told: readonly Told[] = [];

  /** Remembers words that were reported. */
  add(words: readonly Word[], hearing: Hearing): void {
    const told = words.map(word => ({ ...word, key: normalised(word.text), hearing }));
    this.#told = [...this.#told, ...told].slice(-rememberedWords);
  }

  /** The words of a hearing that were not reported yet. */
  fresh(hearing: Hearing): readonly Word[] {
    const near = this.#told.filter(told => isSameAudio(told.hearing, hearing));
    if (near.length === 0) return hearing.words;
    if (hearing.isTimed && near.every(told => told.hearing.isTimed))
      return hearing.words.filter(word => !near.some(told => isSamePlace(told, word)));
    return unmatched(
      hearing,
      [...near].sort((one, other) => one.startMs - other.startMs),
    );
  }
}

/** Whether two hearings are of audio that overlaps, or of the very same place. */
function isSameAudio(one: Hearing, other: Hearing): boolean {
  if (!one.isPlaced || !other.isPlaced) return false;
  const from = Math.max(one.startMs, other.startMs);
  const to = Math.min(one.endMs, other.endMs);
  const isSamePoint = from === to && (one.startMs === one.endMs || other.startMs === other.endMs);
  return to - from > toleranceMs || (isSamePoint && one.startMs === other.startMs) || isInside(one, other);
}

/** Whether the shorter of two hearings, however short, lies within the other. */
function isInside(one: Hearing, other: Hearing): boolean {
  const [short, long] = one.endMs - one.startMs <= other.endMs - other.startMs ? [one, other] : [other, one];
  return short.startMs > long.startMs && short.endMs < long.endMs;
}

/** Whether two words are in the same place: the middle of one lies in the other. */
function isSamePlace(told: Told, word: Word): boolean {
  const isSameSpan = Math.abs(told.startMs - word.startMs) <= 1 && Math.abs(told.endMs - word.endMs) <= 1;
  if (isSameSpan) return word.endMs > word.startMs || told.key === normalised(word.text);
  return isWithin(middle(word), told) || isWithin(middle(told), word);
}

const middle = ({ startMs, endMs }: Word): number => (startMs + endMs) / 2;
const isWithin = (ms: number, { startMs, endMs }: Word): boolean => ms >= startMs && ms < endMs;

/**
 * The words that are not among those that were reported of overlapping audio, in their order. In a window that lies
 * wholly within audio that was reported nothing is fresh: it was only heard differently.
 */
function unmatched(hearing: Hearing, near: readonly Told[]): readonly Word[] {
  const { words, startMs, endMs } = hearing;
  const isCovered = near.some(
    ({ hearing: of }) =>
      endMs > startMs && startMs >= of.startMs - toleranceMs && endMs <= of.endMs + toleranceMs,
  );
  if (isCovered) return [];
  const keys = words.map(({ text }) => normalised(text));
  const matched = commonPlaces(
    near.map(({ key }) => key),
    keys,
  );
  return words.filter((_, index) => !matched.has(index));
}

/** Which of the second list's entries belong to the longest list that both have in common, in order. */
function commonPlaces(one: readonly string[], other: readonly string[]): ReadonlySet<number> {
  const lengths = Array.from({ length: one.length + 1 }, () => new Array<number>(other.length + 1).fill(0));
  for (let i = one.length - 1; i >= 0; i--)
    for (let j = other.length - 1; j >= 0; j--)
      lengths[i]![j] =
        one[i] === other[j]
          ? lengths[i + 1]![j + 1]! + 1
          : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  const places = new Set<number>();
  for (let i = 0, j = 0; i < one.length && j < other.length;) {
    if (one[i] === other[j]) {
      places.add(j++);
      i++;
    } else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++;
    else j++;
  }
  return places;
}
