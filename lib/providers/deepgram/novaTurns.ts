import type { SttEvent } from '../../stt/stt.ts';
import type { ServerMessage } from '../socket/wire.ts';
import { type Hearing, hearingOf, textOf, timesOf, type Word } from './hearing.ts';
import { ReportedWords } from './reportedWords.ts';
import type { ToCall, Turns } from '../socket/turns.ts';

/** How {@link NovaTurns} decide. */
export interface NovaTurnsOptions {
  /** Audio without a new word that ends the turn, whatever the service's voice detection says, ms. */
  readonly silenceMs: number;
  /** Is called when a turn was ended by words that are not final, so that the service starts afresh. */
  readonly finalize?: () => void;
}

/** How long before the end of audio that counted as silence a word may already have begun, ms. */
const onsetMs = 1_000;

/**
 * The turns of Nova (`/v1/listen`). Finals add up; a turn ends with the first of: `speech_final`, an `UtteranceEnd`
 * that is not older than the newest word, or enough audio without a new word. Each word is reported as final once,
 * however the service's finals overlap, and also where it ended a turn before it was final. Pure: all times are
 * positions in the audio.
 */
export class NovaTurns implements Turns {
  readonly #options: NovaTurnsOptions;
  #speaking = false;
  /** The words that are not final yet, and their hearing. */
  #interim = '';
  #open: { readonly words: readonly Word[]; readonly hearing: Hearing } | undefined;
  /** Where the newest word ends, or the voice began that has no words yet. */
  #newestMs = 0;
  #hasWords = false;
  readonly #told = new ReportedWords();
  settledMs = 0;
  heardMs = 0;

  constructor(options: NovaTurnsOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#speaking;
  }

  hear(message: ServerMessage, toCall: ToCall): SttEvent[] {
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

  reconnected(): SttEvent[] {
    this.#interim = '';
    this.#open = undefined;
    return [];
  }

  finish(): SttEvent[] {
    return this.#end();
  }

  #voice(atMs: number): SttEvent[] {
    if (this.#speaking) {
      // The voice goes on after a pause: it has time for its words.
      this.#newestMs = Math.max(this.#newestMs, atMs);
      return [];
    }
    return this.#begin(atMs);
  }

  #begin(atMs: number): SttEvent[] {
    if (this.#speaking) return [];
    this.#speaking = true;
    this.#newestMs = atMs;
    return [{ type: 'speechStart', at: atMs }];
  }

  #results(results: Results, toCall: ToCall): SttEvent[] {
    const { start, duration, is_final = false, speech_final = false, channel } = results;
    const alternative = channel?.alternatives?.[0];
    const end = typeof start === 'number' && typeof duration === 'number' ? start + duration : undefined;
    const hearing = hearingOf(
      { text: alternative?.transcript, words: alternative?.words, start, end },
      toCall,
    );
    const windowEndMs = Math.max(toCall(start ?? 0), toCall(end ?? 0));
    const fresh = this.#told.fresh(hearing);
    const text = textOf(hearing, fresh);
    const times = hearing.isTimed && { words: timesOf(fresh) };
    const lastMs = (hearing.isTimed ? fresh.at(-1)?.endMs : undefined) ?? windowEndMs;
    this.heardMs = Math.max(this.heardMs, windowEndMs);

    const told: SttEvent[] = [];
    if (text !== '') {
      told.push(...this.#begin(fresh[0]?.startMs ?? hearing.startMs));
      this.#hasWords = true;
      this.#newestMs = Math.max(this.#newestMs, lastMs);
    }
    if (is_final) {
      this.#interim = '';
      this.#open = undefined;
      if (text !== '') told.push({ type: 'final', text, end: lastMs, ...times });
      this.#told.add(fresh, hearing);
      this.settledMs = Math.max(this.settledMs, windowEndMs);
    } else if (text !== '' && text !== this.#interim) {
      this.#interim = text;
      this.#open = { words: fresh, hearing };
      told.push({ type: 'interim', text, ...times });
    }
    const silentMs = windowEndMs - this.#newestMs;
    if (!this.#speaking) {
      if (text === '') this.settledMs = Math.max(this.settledMs, windowEndMs - onsetMs);
      return told;
    }
    const isOver = speech_final && windowEndMs >= this.#newestMs - 20;
    return isOver || silentMs >= this.#options.silenceMs ? [...told, ...this.#end()] : told;
  }

  #end(): SttEvent[] {
    if (!this.#speaking) return [];
    const end = this.#newestMs;
    const told: SttEvent[] = [];
    if (this.#interim !== '') {
      const { words, hearing } = this.#open!;
      told.push({
        type: 'final',
        text: this.#interim,
        end,
        ...(hearing.isTimed && { words: timesOf(words) }),
      });
      this.#told.add(words, hearing);
      this.#interim = '';
      this.#open = undefined;
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
