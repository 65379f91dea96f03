import type { ConversationEvent } from '../conversation/events.ts';
import type { Stage } from '../errors.ts';

/** The version of the format that is written. Version 1, with other names of events, can still be read. */
export const tapeVersion = 2;

/**
 * A line of a tape. A tape is JSON Lines: the header, then the inputs from outside (strands, in pieces) and the call's
 * events, as they came; at last the end. Times are whole ms since the call was placed.
 */
export type TapeLine = TapeHeader | StrandLine | EventLine | EndLine;

/** The first line. */
export interface TapeHeader {
  readonly type: 'tape';
  readonly version: number;
  /** Whether the words are left out, see `redaction`. */
  readonly redacted: boolean;
  /** The options of the conversation, as far as they are data. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The kind of a strand. `warm` is the loading of a part, `notice` its notices. */
export type StrandOf =
  'input' | 'stt' | 'voice' | 'llm' | 'tts' | 'ttsStream' | 'output' | `warm ${Stage}` | `notice ${Stage}`;

/**
 * A value of a strand: ms since it was subscribed, its place in the order of all, the value; and, if it came within the
 * handling of another, which: see {@link Within}.
 */
export type StrandValue = readonly [ms: number, order: number, value: unknown, within?: Within];

/**
 * 0: it came while the strand was being subscribed. Of an output, n: while it received the handed its n-th frame; -1: while it was
 * end of the frames.
 */
export type Within = number;

/**
 * One subscription of something outside: an input, an engine's work, an output. A long one comes in several lines of
 * the same `id`; the last has its `end`.
 *
 * A value is: of `stt` a transcript, of `voice` its activity, of `llm` an event; of `input`, `tts` and `ttsStream` a
 * frame as `[samples, Hz]`, and with a third element, where audio is kept, `s16le` in base64; of `output` the ms played; of `warm` and
 * `notice` the notice.
 */
export interface StrandLine {
  readonly type: 'strand';
  readonly id: number;
  readonly of: StrandOf;
  readonly at: number;
  /** Of `tts`: the text to speak. */
  readonly text?: string;
  readonly values: readonly StrandValue[];
  readonly end?: StrandEnd;
}

/** How a strand ended: by itself, with an error (without its message, which may reveal private data), or unsubscribed. */
export interface StrandEnd {
  readonly how: 'complete' | 'error' | 'cut';
  readonly ms: number;
  readonly order: number;
  readonly within?: Within;
  /** Of an output that completed: how long after it had the last of the speech. */
  readonly drainMs?: number;
  readonly error?: TapedError;
}

/** The part of an error that is kept. */
export interface TapedError {
  readonly name: string;
  readonly stage?: Stage;
}

/** An event of the call. */
export interface EventLine {
  readonly type: 'event';
  readonly at: number;
  readonly event: ConversationEvent;
}

/** The last line: how the call ended. */
export interface EndLine {
  readonly type: 'end';
  readonly at: number;
  readonly how: StrandEnd['how'];
}

/** Fields that hold words, in values and events, and are redacted. Everything else is taped as it is. */
export const wordy: ReadonlySet<string> = new Set(['text', 'heard', 'message', 'content', 'arguments']);

/** A line as it is written, with its line end. JSON has no Infinity: it is a string there. */
export const writeLine = (line: TapeLine): string =>
  `${JSON.stringify(line, (_, value: unknown) => (value === Infinity ? 'Infinity' : value))}\n`;

/** A line as it was written. */
export const readLine = (line: string): TapeLine =>
  JSON.parse(line, (key, value: unknown) =>
    value === 'Infinity' && !wordy.has(key) ? Infinity : value,
  ) as TapeLine;
