import type { SttEvent } from '../../stt/stt.ts';
import { type Hearing, hearingOf, textOf, timesOf, type Word } from './hearing.ts';
import type { ServerMessage } from '../socket/wire.ts';
import type { ToCall, Turns } from '../socket/turns.ts';

/** How {@link FluxTurns} decide. */
export interface FluxTurnsOptions {
  /** In a turn that is longer than this, words become final before its end, ms. */
  readonly maxMs: number;
}

/** How long before the end of audio that counted as silence a word may already have begun, ms. */
const onsetMs = 1_000;
/** Words that are this old don't change any more, ms. */
const stableMs = 2_000;

/**
 * The turns of Flux (`/v2/listen`), which decides itself when a turn begins and ends. Its transcript holds all of the
 * turn. A very long turn is emitted in parts, of words that are old enough not to change. Pure: all times are
 * positions in the audio.
 */
export class FluxTurns implements Turns {
  readonly #options: FluxTurnsOptions;
  #speaking = false;
  #interim = '';
  /** The words of the interim, and their hearing. */
  #words: readonly Word[] = [];
  #hearing: Hearing | undefined;
  #eager = false;
  /** Where the turn began, or its last part ended. */
  #fromMs = 0;
  #endMs = 0;
  /** How many words of the service's turn were reported as final. */
  #told = 0;
  /** The service's turn that came last, and the one that ended last, with where it ended. */
  #turn: number | undefined;
  #ended: { readonly turn: number; readonly atMs: number } | undefined;
  settledMs = 0;
  heardMs = 0;

  constructor(options: FluxTurnsOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#speaking;
  }

  hear(message: ServerMessage, toCall: ToCall): SttEvent[] {
    if (message.type !== 'TurnInfo') return [];
    const { event, transcript = '', words: list, trigger, turn_index } = message as TurnInfo;
    const { audio_window_end: end = 0, audio_window_start: start = end } = message as TurnInfo;
    const windowEndMs = toCall(end);
    this.heardMs = Math.max(this.heardMs, windowEndMs);
    if (event === 'StartOfTurn' || (turn_index !== undefined && turn_index !== this.#turn)) this.#told = 0;
    this.#turn = turn_index;
    // The end of a turn that was reported already.
    if (this.#ended && this.#ended.turn === turn_index && windowEndMs <= this.#ended.atMs) return [];

    const hearing = hearingOf({ text: transcript, words: list, start, end }, toCall);
    const rest = hearing.words.slice(this.#told);
    const text = textOf(hearing, rest);
    const told: SttEvent[] = [];
    if (text !== '') {
      const atMs = rest[0]?.startMs ?? hearing.startMs;
      if (!this.#speaking) {
        this.#speaking = true;
        this.#fromMs = atMs;
        told.push({ type: 'speechStart', at: atMs });
      }
      this.#endMs = (hearing.isTimed ? rest.at(-1)?.endMs : undefined) ?? windowEndMs;
      if (text !== this.#interim && event !== 'EndOfTurn') told.push(interim(text, rest, hearing));
      this.#interim = text;
      this.#words = rest;
      this.#hearing = hearing;
    }
    switch (event) {
      case 'EagerEndOfTurn':
        this.#eager = true;
        return [...told, { type: 'eagerEnd', text }];
      case 'TurnResumed':
        return [...told, ...this.#resumed()];
      case 'EndOfTurn': {
        this.settledMs = Math.max(this.settledMs, windowEndMs);
        this.#eager = false;
        if (turn_index !== undefined) this.#ended = { turn: turn_index, atMs: windowEndMs };
        const ending = this.finish(trigger !== 'timeout');
        this.#told = 0;
        return [...told, ...ending];
      }
      default:
        if (!this.#speaking) this.settledMs = Math.max(this.settledMs, windowEndMs - onsetMs);
        else if (windowEndMs - this.#fromMs > this.#options.maxMs)
          told.push(...this.#part(rest, windowEndMs, hearing));
        return told;
    }
  }

  reconnected(): SttEvent[] {
    this.#interim = '';
    this.#words = [];
    this.#told = 0;
    this.#turn = undefined;
    this.#ended = undefined;
    return this.#resumed();
  }

  /**
   * Ends the open turn. `decided`: the service found the user done. If it did not, its turn goes on, and the words that
   * are reported here are left out of its later messages about that turn.
   */
  finish(decided = false): SttEvent[] {
    if (!this.#speaking) return [];
    const end = this.#endMs;
    const text = this.#interim;
    const words = this.#words;
    this.#speaking = false;
    this.#interim = '';
    this.#words = [];
    this.#told += words.length;
    this.settledMs = Math.max(this.settledMs, end);
    return [
      ...this.#resumed(),
      ...(text === '' ? [] : [final(text, words, this.#hearing!, end)]),
      { type: 'utteranceEnd', end, ...(decided && { decided }) },
    ];
  }

  #resumed(): SttEvent[] {
    if (!this.#eager) return [];
    this.#eager = false;
    return [{ type: 'resumed' }];
  }

  /** The words of a long turn that don't change any more. */
  #part(words: readonly Word[], windowEndMs: number, hearing: Hearing): SttEvent[] {
    const count = words.filter(({ endMs }) => endMs <= windowEndMs - stableMs).length;
    const last = words[count - 1];
    if (last === undefined) return [];
    const [part, rest] = [words.slice(0, count), words.slice(count)];
    this.#told += count;
    this.#fromMs = last.endMs;
    this.settledMs = Math.max(this.settledMs, last.endMs);
    this.#interim = textOf(hearing, rest);
    this.#words = rest;
    return [
      final(textOf(hearing, part), part, hearing, last.endMs),
      ...(this.#interim === '' ? [] : [interim(this.#interim, rest, hearing)]),
    ];
  }
}

const times = (words: readonly Word[], { isTimed }: Hearing) => isTimed && { words: timesOf(words) };
const interim = (text: string, words: readonly Word[], hearing: Hearing): SttEvent => ({
  type: 'interim',
  text,
  ...times(words, hearing),
});
const final = (text: string, words: readonly Word[], hearing: Hearing, end: number): SttEvent => ({
  type: 'final',
  text,
  end,
  ...times(words, hearing),
});

interface TurnInfo extends ServerMessage {
  readonly event?: string;
  readonly turn_index?: number;
  readonly transcript?: string;
  readonly words?: unknown;
  readonly audio_window_start?: number;
  readonly audio_window_end?: number;
  /** The reason for the end of the turn: `model`, `manual` or `timeout`. */
  readonly trigger?: string;
}
