import type { Transcript } from '../../stt/transcript.ts';
import type { ServerMessage } from './openSocket.ts';

/** Where a time the service tells (s of what the connection was sent) lies in the call's audio, ms. */
export type ToCall = (seconds: number) => number;

/** The fold from one generation's messages to transcripts: the state of one call, whatever connections it has. */
export interface Turns {
  /** What a message tells. */
  readonly hear: (message: ServerMessage, toCall: ToCall) => Transcript[];
  /** The connection is a new one: it hears again what was not settled. */
  readonly reconnected: () => Transcript[];
  /** Ends an open turn with what is known of it. */
  readonly finish: () => Transcript[];
  /** Whether a turn is open. */
  readonly isOpen: boolean;
  /** All audio before this position of the call is transcribed for good, ms. */
  readonly settledMs: number;
}

/** A word, as far as services agree. */
export interface Word {
  readonly text: string;
  /** In the call's audio, ms. */
  readonly startMs: number;
  readonly endMs: number;
}

/** The words of a message, with their places; those without a place are at the end of the window. */
export function wordsOf(list: unknown, toCall: ToCall, windowEndMs: number): Word[] {
  if (!Array.isArray(list)) return [];
  return (list as Record<string, unknown>[]).map(({ word, punctuated_word, start, end }) => {
    const endMs = typeof end === 'number' ? toCall(end) : windowEndMs;
    return {
      text: typeof punctuated_word === 'string' ? punctuated_word : typeof word === 'string' ? word : '',
      startMs: typeof start === 'number' ? toCall(start) : endMs,
      endMs,
    };
  });
}
