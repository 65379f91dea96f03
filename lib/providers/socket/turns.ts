import type { AudioFrame } from '../../audio/frame.ts';
import type { SttEvent } from '../../stt/stt.ts';
import type { ServerMessage } from './wire.ts';

/** Maps a time of the service (s of the connection's audio) to a position in the call's audio, ms. */
export type ToCall = (seconds: number) => number;

/** The fold from one generation's messages to transcripts: the state of one call, whatever connections it has. */
export interface Turns {
  /** Events of a message. */
  readonly hear: (message: ServerMessage, toCall: ToCall) => SttEvent[];
  /** The connection is a new one: it receives the unsettled audio again. */
  readonly reconnected: () => SttEvent[];
  /** Events of audio that was sent, up to this position of the call, ms; for a client that finds turns itself. */
  readonly sent?: (frame: AudioFrame, endMs: number) => SttEvent[];
  /** All audio was sent: has the service finish the open turn. */
  readonly ending?: () => void;
  /** Ends an open turn with the words so far. */
  readonly finish: () => SttEvent[];
  /** Whether a turn is open. */
  readonly isOpen: boolean;
  /**
   * Whether the service owes an answer within `timeoutMs`, or nothing however long it takes; `undefined`: an answer to a
   * voice. Default: an answer while a turn is open.
   */
  readonly owes?: 'answer' | 'nothing' | undefined;
  /** All audio before this position of the call is transcribed for good, ms. */
  readonly settledMs: number;
  /** How far the service has listened, in the call's audio, ms. */
  readonly heardMs: number;
}
