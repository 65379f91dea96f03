import type { Transcript } from '../../stt/transcript.ts';
import type { ServerMessage } from './openSocket.ts';
import { type ToCall, type Turns, type Word, wordsOf } from './turns.ts';

/** How {@link NovaTurns} decide. */
export interface NovaTurnsOptions {
  /** So much audio without a new word ends the turn, whatever the service's voice detection says, ms. */
  readonly silenceMs: number;
  /** Is called when a turn was ended by words that are not final, so that the service starts afresh. */
  readonly finalize?: () => void;
}

/** How long before the end of what was heard as silence a word may already have begun, ms. */
const onsetMs = 1_000;

/**
 * The turns of Nova (`/v1/listen`). Finals add up; a turn ends with the first of: `speech_final`, an `UtteranceEnd`
 * that is not older than the newest word, or enough audio without a new word. Words that ended a turn before they were
 * final are not told again when they become so. Pure: all times are positions in the audio.
 */
export class NovaTurns implements Turns {
  readonly #options: NovaTurnsOptions;
  #speaking = false;
  /** The words that are not final yet. */
  #interim = '';
  /** Where the newest word ends, or the voice began that has no words yet. */
  #newestMs = 0;
  #hasWords = false;
  /** What was told as final though it was not: words before this position are not told again. */
  #toldMs = -1;
  settledMs = 0;

  constructor(options: NovaTurnsOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#speaking;
  }

  hear(message: ServerMessage, toCall: ToCall): Transcript[] {
    switch (message.type) {
      case 'Results':
        return this.#results(message, toCall);
      case 'SpeechStarted':
        return this.#voice(toCall(Number(message['timestamp'] ?? 0)));
      case 'UtteranceEnd': {
        const lastWordMs = toCall(Number(message['last_word_end'] ?? -1));
        // Sums of milliseconds: a hair of tolerance.
        const isOld = !this.#hasWords || lastWordMs < this.#newestMs - 20;
        return isOld ? [] : this.#end();
      }
      default:
        return [];
    }
  }

  reconnected(): Transcript[] {
    this.#interim = '';
    return [];
  }

  finish(): Transcript[] {
    return this.#end();
  }

  #voice(atMs: number): Transcript[] {
    if (this.#speaking) {
      // The voice goes on after a pause: it has time for its words.
      this.#newestMs = Math.max(this.#newestMs, atMs);
      return [];
    }
    return this.#begin(atMs);
  }

  #begin(atMs: number): Transcript[] {
    if (this.#speaking) return [];
    this.#speaking = true;
    this.#newestMs = atMs;
    return [{ type: 'speechStart', at: atMs }];
  }

  #results(results: Results, toCall: ToCall): Transcript[] {
    const { start = 0, duration = 0, is_final = false, speech_final = false, channel } = results;
    const windowEndMs = toCall(start + duration);
    const alternative = channel?.alternatives?.[0];
    const words = wordsOf(alternative?.words, toCall, windowEndMs);
    const fresh = words.filter(word => (word.startMs + word.endMs) / 2 > this.#toldMs);
    const whole = alternative?.transcript?.trim() ?? '';
    const text = fresh.length === words.length ? (windowEndMs > this.#toldMs ? whole : '') : joined(fresh);

    const told: Transcript[] = [];
    if (text !== '') {
      told.push(...this.#begin(fresh[0]?.startMs ?? toCall(start)));
      this.#hasWords = true;
      this.#newestMs = Math.max(this.#newestMs, fresh.at(-1)?.endMs ?? windowEndMs);
    }
    if (is_final) {
      this.#interim = '';
      if (text !== '') told.push({ type: 'final', text, end: fresh.at(-1)?.endMs ?? windowEndMs });
      this.settledMs = Math.max(this.settledMs, windowEndMs);
    } else if (text !== '' && text !== this.#interim) {
      this.#interim = text;
      told.push({ type: 'interim', text });
    }
    const silentMs = windowEndMs - this.#newestMs;
    if (!this.#speaking) {
      if (text === '') this.settledMs = Math.max(this.settledMs, windowEndMs - onsetMs);
      return told;
    }
    const isOver = speech_final && windowEndMs >= this.#newestMs - 20;
    return isOver || silentMs >= this.#options.silenceMs ? [...told, ...this.#end()] : told;
  }

  #end(): Transcript[] {
    if (!this.#speaking) return [];
    const end = this.#newestMs;
    const told: Transcript[] = [];
    if (this.#interim !== '') {
      told.push({ type: 'final', text: this.#interim, end });
      this.#interim = '';
      this.#toldMs = end;
      this.settledMs = Math.max(this.settledMs, end);
      this.#options.finalize?.();
    }
    this.#speaking = false;
    this.#hasWords = false;
    return [...told, { type: 'utteranceEnd', end }];
  }
}

interface Results extends ServerMessage {
  readonly start?: number;
  readonly duration?: number;
  readonly is_final?: boolean;
  readonly speech_final?: boolean;
  readonly channel?: {
    readonly alternatives?: readonly { readonly transcript?: string; readonly words?: unknown }[];
  };
}

const joined = (words: readonly Word[]): string => words.map(({ text }) => text).join(' ');
