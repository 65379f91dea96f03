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
 * An event of a speech-to-text engine. All times are positions in its input audio, in milliseconds since the first
 * sample.
 */
export type SttEvent =
  /** The user began to speak; `at` is where the voice begins (earlier than it was detected). */
  | { readonly type: 'speechStart'; readonly at: number }
  /** The words since the last final, still subject to change; each interim replaces the previous one. */
  | { readonly type: 'interim'; readonly text: string; readonly words?: readonly TranscriptWord[] }
  /**
   * Words that will not change; `end` is where their voice ends. The finals of an utterance add up. `words`: the
   * position of each word, if the engine reports it.
   */
  | {
      readonly type: 'final';
      readonly text: string;
      readonly end: number;
      readonly words?: readonly TranscriptWord[];
    }
  /** The user may have stopped, and `text` is everything since the last final: time to prepare an answer. */
  | { readonly type: 'eagerEnd'; readonly text: string }
  /** After `eagerEnd`: the user goes on. */
  | { readonly type: 'resumed' }
  /** A voice detector reports that the voice ended at `at`: words may still follow, and the user may go on. */
  | { readonly type: 'speechEnd'; readonly at: number }
  /**
   * The user stopped speaking; `end` is where the voice ended. `decided`: by meaning and intonation, not by silence
   * alone, so that no policy on silence delays it.
   */
  | { readonly type: 'utteranceEnd'; readonly end: number; readonly decided?: boolean };

/**
 * A streaming speech-to-text engine: an operator from audio to events.
 *
 * When the audio completes, it emits its last results and completes; unsubscribing stops it at once. It reconnects by
 * itself; an error means that it is lost for good. It emits a final at the latest when an utterance ends. During long
 * monologues it emits finals on the way, so that a turn can be cut without losing words.
 *
 * @example
 * microphone().pipe(localStt(), ofType('final')).subscribe(({ text }) => console.log(text));
 */
export type Stt = OperatorFunction<AudioFrame, SttEvent> &
  Engine<Stt> & {
    /**
     * Ends the user's turn now, with the audio so far, regardless of the engine's own endpointing: for push-to-talk,
     * or a key of the telephone. Its words become final, and `utteranceEnd` follows with `decided`, within about half
     * a second; without words nothing happens. On a session it concerns that call; on the engine itself, all its
     * subscriptions.
     */
    readonly endTurn?: () => void;
  };
