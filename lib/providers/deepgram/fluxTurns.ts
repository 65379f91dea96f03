import type { Transcript } from '../../stt/transcript.ts';
import type { ServerMessage } from './openSocket.ts';
import { type ToCall, type Turns, type Word, wordsOf } from './turns.ts';

/** How {@link FluxTurns} decide. */
export interface FluxTurnsOptions {
  /** In a turn that is longer than this, words become final before its end, ms. */
  readonly maxMs: number;
}

/** How long before the end of what was heard as silence a word may already have begun, ms. */
const onsetMs = 1_000;
/** Words that are this old don't change any more, ms. */
const stableMs = 2_000;

/**
 * The turns of Flux (`/v2/listen`), which decides itself when a turn begins and ends. Its transcript holds all of the
 * turn. A turn that is very long is told in parts, of words that are old enough not to change. Pure: all times are
 * positions in the audio.
 */
export class FluxTurns implements Turns {
  readonly #options: FluxTurnsOptions;
  #speaking = false;
  #interim = '';
  #eager = false;
  /** Where the turn began, or its last part ended. */
  #fromMs = 0;
  #endMs = 0;
  /** How many of the turn's words were told as final. */
  #told = 0;
  settledMs = 0;

  constructor(options: FluxTurnsOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#speaking;
  }

  hear(message: ServerMessage, toCall: ToCall): Transcript[] {
    if (message.type !== 'TurnInfo') return [];
    const { event, transcript = '', words: list, audio_window_end = 0, trigger } = message as TurnInfo;
    const windowEndMs = toCall(audio_window_end);
    const words = wordsOf(list, toCall, windowEndMs);
    const rest = words.slice(this.#told);
    const text = this.#told === 0 ? transcript.trim() : joined(rest);
    const told: Transcript[] = [];

    if (text !== '') {
      const atMs = rest[0]?.startMs ?? toCall((message as TurnInfo).audio_window_start ?? 0);
      if (!this.#speaking) {
        this.#speaking = true;
        this.#fromMs = atMs;
        told.push({ type: 'speechStart', at: atMs });
      }
      this.#endMs = rest.at(-1)?.endMs ?? windowEndMs;
      if (text !== this.#interim && event !== 'EndOfTurn') told.push({ type: 'interim', text });
      this.#interim = text;
    }
    switch (event) {
      case 'EagerEndOfTurn':
        this.#eager = true;
        return [...told, { type: 'eagerEnd', text }];
      case 'TurnResumed':
        return [...told, ...this.#resumed()];
      case 'EndOfTurn':
        this.settledMs = Math.max(this.settledMs, windowEndMs);
        this.#eager = false;
        return [...told, ...this.finish(trigger !== 'timeout')];
      default:
        if (!this.#speaking) this.settledMs = Math.max(this.settledMs, windowEndMs - onsetMs);
        else if (windowEndMs - this.#fromMs > this.#options.maxMs)
          told.push(...this.#part(rest, windowEndMs));
        return told;
    }
  }

  reconnected(): Transcript[] {
    this.#interim = '';
    this.#told = 0;
    return this.#resumed();
  }

  /** What is open; `decided`: the service found the user done. */
  finish(decided = false): Transcript[] {
    if (!this.#speaking) return [];
    const end = this.#endMs;
    const text = this.#interim;
    this.#speaking = false;
    this.#interim = '';
    this.#told = 0;
    return [
      ...(text === '' ? [] : [{ type: 'final', text, end } as const]),
      { type: 'utteranceEnd', end, ...(decided && { decided }) },
    ];
  }

  #resumed(): Transcript[] {
    if (!this.#eager) return [];
    this.#eager = false;
    return [{ type: 'resumed' }];
  }

  /** The words of a long turn that don't change any more. */
  #part(words: readonly Word[], windowEndMs: number): Transcript[] {
    const count = words.filter(({ endMs }) => endMs <= windowEndMs - stableMs).length;
    const last = words[count - 1];
    if (last === undefined) return [];
    this.#told += count;
    this.#fromMs = last.endMs;
    this.settledMs = Math.max(this.settledMs, last.endMs);
    this.#interim = joined(words.slice(count));
    const rest: Transcript[] = this.#interim === '' ? [] : [{ type: 'interim', text: this.#interim }];
    return [{ type: 'final', text: joined(words.slice(0, count)), end: last.endMs }, ...rest];
  }
}

interface TurnInfo extends ServerMessage {
  readonly event?: string;
  readonly transcript?: string;
  readonly words?: unknown;
  readonly audio_window_start?: number;
  readonly audio_window_end?: number;
  /** What ended the turn: `model`, `manual` or `timeout`. */
  readonly trigger?: string;
}

const joined = (words: readonly Word[]): string => words.map(({ text }) => text).join(' ');
