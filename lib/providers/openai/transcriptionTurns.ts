import { type AudioFrame, frameMs, level } from '../../audio/frame.ts';
import { joinedText } from '../../stt/joinedText.ts';
import { saysAnything } from '../../stt/sameWords.ts';
import type { SttEvent } from '../../stt/stt.ts';
import type { ToCall, Turns } from '../socket/turns.ts';
import { VoiceDetector } from '../socket/voiceDetector.ts';
import type { ServerMessage } from '../socket/wire.ts';
import { errorOf } from './realtimeError.ts';

/** How {@link TranscriptionTurns} decide. */
export interface TranscriptionTurnsOptions {
  /** Which side ends turns: the client, by a detector of its own, or the service, by silence or by meaning. */
  readonly by: 'local' | 'server' | 'semantic';
  /** Silence after which the user has finished, ms. */
  readonly endpointingMs: number;
  /** Audio before a voice that the service counts as its beginning, ms. */
  readonly paddingMs: number;
  /** Audio without a new word that ends a turn in noise, ms. */
  readonly silenceMs: number;
  /** In a turn that is longer than this, words become final before its end, ms. */
  readonly maxMs: number;
  /** The longest the service may owe an answer to a voice, ms. */
  readonly timeoutMs: number;
  /** Has the service finish the audio that it was sent. */
  readonly finalize: () => void;
  /** Has the service forget the audio that it was sent, except for the last of it, ms. */
  readonly forget: (keepMs: number) => void;
}

/** How long before the end of silence a voice may already have begun, ms. */
const onsetMs = 1_000;
/** Silence after which the service forgets it, ms: it would be a part of the next turn, and cost as much as speech. */
const forgetAfterMs = 20_000;
/** The audio of it that is kept, ms. */
const keptMs = 500;
/** From this share of the longest turn on, a turn is divided where its voice is this much fainter than before. */
const dividing = { from: 0.8, faintness: 0.35 } as const;

/** A stretch of audio that the service transcribes as one: an item of its conversation. */
interface Item {
  id: string | undefined;
  /** The words so far, and all of them. */
  text: string;
  whole: string | undefined;
  /** The words that were reported as final before the item was. */
  reported: string;
  /** Where its voice ends, and where it was committed, ms of the call. */
  endMs: number | undefined;
  committedMs: number | undefined;
}

/**
 * The turns of a transcription session of OpenAI's Realtime API. The service transcribes items: stretches of audio that
 * it finds itself, or that the client commits (`input_audio_buffer.commit`), as `gpt-live-transcribe` needs it. Words
 * come as deltas; an item's transcript is complete later, maybe after the next item's. A voice that goes on meanwhile
 * makes one turn of both. The service reports no times of words: positions are those of the voice.
 */
export class TranscriptionTurns implements Turns {
  readonly #options: TranscriptionTurnsOptions;
  #detector: VoiceDetector;
  /** Whether the side that decides hears a voice. */
  #voice = false;
  /** A voice that the client's detector heard and the service has not answered, and where it ended, ms. */
  #unanswered: { endMs: number | undefined } | undefined;
  /** Where the last voice ended that the client's detector heard, ms. */
  #ownEndMs = 0;
  #open = false;
  #items: Item[] = [];
  /** Items that were reported by `finish`: their ids, and how many have no id yet. */
  readonly #over = new Set<string>();
  #overUnnamed = 0;
  /** Where the turn's last part began, its voice began and ended, and its newest word came, ms. */
  #partMs = 0;
  #voiceMs = 0;
  #endMs = 0;
  #wordMs: number | undefined;
  /** The length of the silence that the service was sent, ms. */
  #quietMs = 0;
  #loudness = 0;
  #positionMs = 0;
  settledMs = 0;

  constructor(options: TranscriptionTurnsOptions) {
    this.#options = options;
    this.#detector = new VoiceDetector(hangoverMs(options));
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get heardMs(): number {
    return this.#positionMs;
  }

  get owes(): 'answer' | 'nothing' | undefined {
    if (this.#isPending) return 'answer';
    // Most models say nothing of a turn before the client commits it.
    if (this.#options.by === 'local') return 'nothing';
    const endMs = this.#unanswered?.endMs;
    if (endMs !== undefined)
      return this.#positionMs - endMs >= this.#options.timeoutMs ? 'answer' : 'nothing';
    return this.#open ? 'nothing' : undefined;
  }

  /** Audio goes to the service, up to this position of the call, ms. */
  sent(frame: AudioFrame, endMs: number): SttEvent[] {
    this.#positionMs = endMs;
    const events: SttEvent[] = [];
    for (const { type, at } of this.#detector.next(frame, endMs)) {
      if (type === 'speechStart') {
        this.#unanswered = { endMs: undefined };
        if (this.#options.by === 'local') events.push(...this.#start(at));
      } else {
        this.#ownEndMs = at;
        if (this.#unanswered) this.#unanswered.endMs = at;
        // A turn that was ended in noise, or by the program, has none to stop.
        if (this.#options.by === 'local' && (this.#voice || this.#openItem?.text)) this.#stop(at);
      }
    }
    if (this.#options.by === 'local') this.#limit(frame);
    this.#settle(frame);
    return events;
  }

  hear(message: ServerMessage, toCall: ToCall): SttEvent[] {
    this.#unanswered = undefined;
    const id = textOf(message['item_id']);
    if (id !== undefined && this.#over.has(id)) return [];
    const { endpointingMs, paddingMs } = this.#options;
    const position = (field: string, offsetMs: number): number =>
      Math.min(this.#positionMs, toCall((Number(message[field] ?? 0) + offsetMs) / 1000));
    switch (message.type) {
      case 'input_audio_buffer.speech_started':
        return this.#start(position('audio_start_ms', paddingMs));
      case 'input_audio_buffer.speech_stopped':
        this.#voice = false;
        // By meaning a turn ends after any silence: its voice ended where the client's detector found that.
        this.#endMs = Math.max(
          this.#voiceMs,
          this.#options.by === 'server'
            ? position('audio_end_ms', -endpointingMs)
            : this.#ownEndMs > this.#voiceMs
              ? this.#ownEndMs
              : position('audio_end_ms', 0),
        );
        this.#itemOf(id).endMs = this.#endMs;
        return [];
      case 'input_audio_buffer.committed': {
        if (this.#overUnnamed > 0) {
          this.#overUnnamed--;
          if (id !== undefined) this.#over.add(id);
          return [];
        }
        const item = this.#itemOf(id);
        item.committedMs ??= this.#positionMs;
        item.endMs ??= this.#lastMs;
        return [];
      }
      case 'conversation.item.input_audio_transcription.delta':
        return this.#write(this.#itemOf(id), textOf(message['delta']) ?? '');
      case 'conversation.item.input_audio_transcription.completed':
        return this.#complete(this.#itemOf(id), textOf(message['transcript']));
      case 'conversation.item.input_audio_transcription.failed':
        return this.#complete(this.#itemOf(id), undefined);
      case 'error':
        return errorOf(message)['code'] === 'input_audio_buffer_commit_empty' ? this.#dropEmpty() : [];
      default:
        return [];
    }
  }

  reconnected(): SttEvent[] {
    this.#items = [];
    this.#over.clear();
    this.#overUnnamed = 0;
    this.#voice = false;
    this.#unanswered = undefined;
    this.#wordMs = undefined;
    this.#quietMs = 0;
    this.#detector = new VoiceDetector(hangoverMs(this.#options));
    return [];
  }

  ending(): void {
    const hasVoice = this.#voice || (this.#unanswered !== undefined && this.#options.by !== 'local');
    if (hasVoice || this.#openItem?.text) this.#stop(this.#lastMs);
  }

  finish(): SttEvent[] {
    if (!this.#open) return [];
    const text = this.#interim;
    const [over, going] = [this.#items.filter(isCommitted), this.#items.filter(item => !isCommitted(item))];
    for (const { id } of over) {
      if (id === undefined) this.#overUnnamed++;
      else this.#over.add(id);
    }
    // The rest of an item that goes on is the beginning of the next turn.
    for (const item of going) item.reported = item.text;
    this.#items = going;
    this.#endMs = this.#lastMs;
    this.#voice = false;
    this.settledMs = Math.max(this.settledMs, over.at(-1)?.committedMs ?? 0);
    return [...(saysAnything(text) ? [final(text, this.#lastMs)] : []), ...this.#end()];
  }

  /** Whether the service has words to finish. */
  get #isPending(): boolean {
    return this.#items.some(item => isCommitted(item) || saysAnything(restOf(item)));
  }

  get #openItem(): Item | undefined {
    return this.#items.find(item => !isCommitted(item));
  }

  /** Where the voice ended last. */
  get #lastMs(): number {
    return Math.max(this.#voiceMs, this.#voice ? this.#positionMs : this.#endMs);
  }

  /** The words of all items that are not final. */
  get #interim(): string {
    return joinedText(this.#items.map(item => restOf(item).trim()));
  }

  #start(atMs: number): SttEvent[] {
    this.#voice = true;
    this.#voiceMs = atMs;
    return this.#begin(atMs);
  }

  #stop(atMs: number): void {
    this.#voice = false;
    this.#endMs = atMs;
    this.#commit();
  }

  #begin(atMs: number): SttEvent[] {
    if (this.#open) return [];
    this.#open = true;
    this.#partMs = atMs;
    this.#endMs = Math.max(this.#endMs, atMs);
    return [{ type: 'speechStart', at: atMs }];
  }

  #end(): SttEvent[] {
    this.#open = false;
    this.#wordMs = undefined;
    const isDecided = this.#options.by === 'semantic';
    return [{ type: 'utteranceEnd', end: this.#lastMs, ...(isDecided && { decided: true }) }];
  }

  /** The item of an id: the first that has none yet, or a new one. */
  #itemOf(id: string | undefined): Item {
    const item = this.#items.find(each => each.id === id) ?? this.#items.find(each => each.id === undefined);
    if (item) {
      item.id = id;
      return item;
    }
    return this.#add(id);
  }

  #add(id: string | undefined): Item {
    const item: Item = {
      id,
      text: '',
      whole: undefined,
      reported: '',
      endMs: undefined,
      committedMs: undefined,
    };
    this.#items.push(item);
    return item;
  }

  #write(item: Item, delta: string): SttEvent[] {
    item.text += delta;
    if (!saysAnything(restOf(item))) return [];
    // A voice that is too faint for a detector began some time ago.
    const begun = this.#begin(
      this.#voice ? this.#voiceMs : Math.max(this.#endMs, this.#positionMs - onsetMs),
    );
    if (!isCommitted(item)) {
      this.#wordMs = this.#positionMs;
      if (!this.#voice) this.#endMs = this.#positionMs;
    }
    return [...begun, { type: 'interim', text: this.#interim }];
  }

  #complete(item: Item, transcript: string | undefined): SttEvent[] {
    item.whole = transcript ?? item.text;
    item.committedMs ??= this.#positionMs;
    item.endMs ??= this.#lastMs;
    const begun = saysAnything(restOf(item)) ? this.#begin(item.endMs) : [];
    return [...begun, ...this.#flush()];
  }

  /** Nothing was left to commit. */
  #dropEmpty(): SttEvent[] {
    const empty = this.#items.find(item => item.id === undefined && isCommitted(item));
    this.#items = this.#items.filter(item => item !== empty);
    return this.#flush();
  }

  /** Reports complete items in their order; the turn ends with the last, unless a voice goes on. */
  #flush(): SttEvent[] {
    const events: SttEvent[] = [];
    for (let item = this.#items[0]; item?.whole !== undefined; item = this.#items[0]) {
      this.#items.shift();
      const text = restOf(item).trim();
      if (saysAnything(text)) events.push(final(text, item.endMs ?? this.#lastMs));
      this.settledMs = Math.max(this.settledMs, item.committedMs ?? 0);
    }
    const isOver = this.#open && !this.#voice && !this.#isPending;
    return isOver ? [...events, ...this.#end()] : events;
  }

  #commit(): void {
    const item = this.#openItem ?? this.#add(undefined);
    item.committedMs = this.#positionMs;
    item.endMs = this.#lastMs;
    this.#partMs = this.#positionMs;
    this.#wordMs = undefined;
    this.#quietMs = 0;
    this.#options.finalize();
  }

  /** Commits where no silence does: a turn in noise after its last word, and parts of a long one. */
  #limit(frame: AudioFrame): void {
    const { silenceMs, maxMs } = this.#options;
    if (this.#wordMs !== undefined && this.#positionMs - this.#wordMs >= silenceMs)
      return this.#stop(this.#wordMs);
    const partMs = this.#positionMs - this.#partMs;
    if (!this.#voice || partMs < dividing.from * maxMs) return;
    const loudness = level(frame);
    const isFaint = loudness < dividing.faintness * this.#loudness;
    this.#loudness += (loudness - this.#loudness) * 0.05;
    if (isFaint || partMs >= maxMs) this.#commit();
  }

  /** Audio without a voice is done with, but for the last of it. */
  #settle(frame: AudioFrame): void {
    if (this.#open || this.#unanswered !== undefined || this.#isPending) {
      this.#quietMs = 0;
      return;
    }
    this.settledMs = Math.max(this.settledMs, this.#positionMs - onsetMs);
    this.#quietMs += frameMs(frame);
    if (this.#options.by !== 'local' || this.#quietMs < forgetAfterMs) return;
    this.#quietMs = 0;
    this.#items = [];
    this.#options.forget(keptMs);
  }
}

/** A detector that does not decide finds the end of each voice early. */
const hangoverMs = ({ by, endpointingMs }: TranscriptionTurnsOptions): number =>
  by === 'local' ? endpointingMs : 100;

const isCommitted = ({ committedMs }: Item): boolean => committedMs !== undefined;

/** The words of an item that were not reported; none, if others were. */
function restOf({ text, whole, reported }: Item): string {
  const all = whole ?? text;
  return all.startsWith(reported) ? all.slice(reported.length) : '';
}

const final = (text: string, end: number): SttEvent => ({ type: 'final', text, end });

const textOf = (field: unknown): string | undefined => (typeof field === 'string' ? field : undefined);
