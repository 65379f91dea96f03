import type { AudioFrame } from '../../audio/frame.ts';
import type { Language } from '../../languages/language.ts';
import type { Completeness } from '../completeness.ts';
import type { Silence } from '../patience.ts';

/** The policy of `endOfTurn`, with all defaults, and its inputs from the rest of the call. */
export interface EndingContext {
  readonly silenceMs: Silence;
  readonly completeness: Completeness;
  readonly language: Language;
  readonly finalMs: number;
  readonly watchdogMs: number;
  /** The watchdog where a policy decides: no shorter than its own numbers. */
  readonly longestMs: number;
  readonly sinceMs: (positionMs: number) => number;
  readonly audio: () => AudioFrame;
}
