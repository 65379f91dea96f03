import type { OperatorFunction } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Engine } from '../engine.ts';

/** A word of a transcript, as it is written there, and where it begins and ends in the audio, ms. */
export interface TranscriptWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * What a speech-to-text engine tells while it listens. All times are positions in the audio it was given, in
 * milliseconds since the first sample.
 */
export type SttEvent =
  /** The user began to speak; `at` is where the voice begins (before it was noticed). */
  | { readonly type: 'speechStart'; readonly at: number }
  /** What the words since the last final seem to be; each interim replaces the one before. */
  | { readonly type: 'interim'; readonly text: string; readonly words?: readonly TranscriptWord[] }
  /**
   * Words that won't change any more; `end` is where the voice in them ends. The finals of an utterance add up. `words`:
   * where each word is, from engines that know.
   */
  | {
      readonly type: 'final';
      readonly text: string;
      readonly end: number;
      readonly words?: readonly TranscriptWord[];
    }
  /** The user may have stopped speaking, and this is all that was said since the last final: time to get ready. */
  | { readonly type: 'eagerEnd'; readonly text: string }
  /** After `eagerEnd`: the user goes on. */
  | { readonly type: 'resumed' }
  /** The voice ended at `at`, as a detector of voices hears it: words may still come, and the user may go on. */
  | { readonly type: 'speechEnd'; readonly at: number }
  /**
   * The user stopped speaking; `end` is where the voice ended. `decided`: by what was said and how, not by silence
   * alone, so that no policy of silence is to wait any longer.
   */
  | { readonly type: 'utteranceEnd'; readonly end: number; readonly decided?: boolean };

/**
 * A streaming speech-to-text engine: an operator from audio to transcripts.
 *
 * When the audio completes it finishes what it heard and completes; when it is unsubscribed it stops at once. Its
 * error means that the engine is gone for good: it reconnects by itself. It emits a final at the latest when an
 * utterance ends; one that hears long monologues emits finals on the way, so that a turn can be cut with nothing lost.
 *
 * @example
 * microphone().pipe(localStt(), ofType('final')).subscribe(({ text }) => console.log(text));
 */
export type Stt = OperatorFunction<AudioFrame, SttEvent> &
  Engine<Stt> & {
    /**
     * Ends the user's turn now, with the audio that has come so far, whatever the engine thinks of it: push-to-talk, a key of
     * the telephone. Its words become final and `utteranceEnd` follows with `decided`, within about half a second; nothing
     * happens where nothing was said. Of a session; of the engine itself it concerns all that it listens to.
     */
    readonly endTurn?: () => void;
  };
