import type { Observable } from 'rxjs';
import type { AudioLead } from './audioPosition.ts';
import { type OpenWords, noWords } from './openWords.ts';

/** The open turn. Positions are in the audio, ms; times are the clock's. */
export interface OpenTurn {
  /** Where its voice began: not before the previous turn ended. */
  readonly start: number;
  /** When its last words arrived, else when it began. */
  readonly since: number;
  /** Where they arrived. */
  readonly wordsAt: number | undefined;
  /** When a voice began after those words. */
  readonly voiceSince: number | undefined;
  /** Where the voice ended: the engine reported it, and no words since. */
  readonly ended: number | undefined;
  /** The end of this turn's voice that the engine reported last, even if a voice followed. */
  readonly reportedEnd: number | undefined;
  /** The end that the engine decided by meaning. */
  readonly decidedEnd: number | undefined;
  /** Where the voice ended, as a voice detector reported it. */
  readonly quiet: number | undefined;
  /** Whether its voice was over before its first words arrived. */
  readonly isLate: boolean;
  /** Whether `eagerEnd` was emitted for its words. */
  readonly isReady: boolean;
  /** The user's pauses in it. */
  readonly pausesMs: readonly number[];
}

/** The end that the open turn waits for, unless an event comes first. */
export interface Ending {
  /** When: a time of the clock, ms. */
  readonly at: number;
  /** Where the voice ended. */
  readonly end: number;
  /** The cause. */
  readonly by: 'decision' | 'completion' | 'engine' | 'silence' | 'watchdog';
  /** The probability that a model has still to estimate; until then it counts as 0. */
  readonly probability$?: Observable<number>;
}

/** The voice detector, if there is one. */
export interface Detector {
  /** Whether it hears a voice now. */
  readonly isSounding: boolean;
  /** Whether it ever reported an end: an engine's `speechStart` alone is no detector. */
  readonly reportsEnds: boolean;
  /** Where it last reported the end of a voice, and when. */
  readonly lastQuiet: { readonly at: number; readonly time: number } | undefined;
}

/** Facts about previous turns. */
export interface Past {
  /** Where the previous turn ended. */
  readonly lastEnd: number;
  /** The latest end that the engine ever reported. */
  readonly latestEnd: number;
  /** Whether the engine's ends are not positions: one preceded the voice it ended. */
  readonly hasLooseEnds: boolean;
  /** The user's pauses within turns. */
  readonly pausesMs: readonly number[];
}

/** The state of `endOfTurn`. */
export interface EndingState {
  readonly words: OpenWords;
  readonly turn: OpenTurn | undefined;
  readonly ending: Ending | undefined;
  readonly detector: Detector;
  readonly past: Past;
  readonly lead: AudioLead;
  /** Whether the engine has completed or failed. */
  readonly isOver: boolean;
}

/** The state at the beginning of a call. */
export const initialState: EndingState = {
  words: noWords,
  turn: undefined,
  ending: undefined,
  detector: { isSounding: false, reportsEnds: false, lastQuiet: undefined },
  past: { lastEnd: -Infinity, latestEnd: -Infinity, hasLooseEnds: false, pausesMs: [] },
  lead: undefined,
  isOver: false,
};

/** A turn that opens now. */
export const openedTurn = (start: number, now: number): OpenTurn => ({
  start,
  since: now,
  wordsAt: undefined,
  voiceSince: undefined,
  ended: undefined,
  reportedEnd: undefined,
  decidedEnd: undefined,
  quiet: undefined,
  isLate: false,
  isReady: false,
  pausesMs: [],
});

/** The open turn, which the engine reported something of; it opens if there is none. */
export const begun = ({ turn, past }: EndingState, now: number, start: number = past.lastEnd): OpenTurn =>
  turn === undefined ? openedTurn(start, now) : { ...turn, since: now };
