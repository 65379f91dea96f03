import { asyncScheduler } from 'rxjs';
import { type AudioFrame, frameMs, silence } from '../audio/frame.ts';
import type { TimedWord } from '../engine.ts';
import { SpokenSoFar } from '../tts/spokenSoFar.ts';
import type { BargeInOptions } from './bargeIn.ts';
import type { Command } from './command.ts';
import type { BotEvent } from './events.ts';
import type { BotState } from './interruption.ts';
import type { VoiceNotice } from './noticed.ts';

/** A reply in progress. */
export interface OpenReply {
  readonly turn: number;
  readonly spoken: SpokenSoFar;
  /** Whether nothing interrupts a sentence of it. */
  readonly isProtected: (sentence: string) => boolean;
}

/** How a reply begins. */
export interface BeginOptions {
  readonly interruptible?: boolean;
  /** Its ledger, if it has one. */
  readonly spoken?: SpokenSoFar;
}

type Say = Extract<Command, { readonly type: 'say' }>;

const idle: BotState = { doing: 'nothing', sentence: '', text: '', protectedMs: 0, warmingUp: false };

/** What the bot of one call is about. */
export class Bot {
  readonly #bargeIn: BargeInOptions;
  readonly #tailMs: number | undefined;
  #reply: OpenReply | undefined;
  #paused = false;
  #cut: number | undefined;
  readonly #timings = new Map<string, readonly TimedWord[]>();
  #userSpeaks = false;
  readonly #says: Say[] = [];
  #heardMs = 0;
  #heardAt = -Infinity;

  constructor(bargeIn: BargeInOptions, halfDuplex: boolean | { readonly tailMs?: number }) {
    this.#bargeIn = bargeIn;
    this.#tailMs = halfDuplex === false ? undefined : halfDuplex === true ? 200 : (halfDuplex.tailMs ?? 200);
  }

  /** A reply begins; what is heard of it goes into the ledger. */
  begin(turn: number, { interruptible = true, spoken = this.ledger() }: BeginOptions = {}): SpokenSoFar {
    this.#cut = undefined;
    const { protect = () => false } = this.#bargeIn;
    const isProtected = interruptible
      ? (sentence: string): boolean => sentence !== '' && protect(sentence.trim())
      : (): boolean => true;
    this.#reply = { turn, spoken, isProtected };
    this.#paused = false;
    return spoken;
  }

  /** The reply that was in progress, if there was one, is over. */
  end(): OpenReply | undefined {
    const reply = this.#reply;
    this.#reply = undefined;
    if (reply?.spoken.sounding === true) {
      this.#heardMs += reply.spoken.heardMs;
      this.#heardAt = asyncScheduler.now();
    }
    return reply;
  }

  /** The reply that was in progress is cut, if there was one: what the user heard of it. */
  cut(): BotEvent | undefined {
    const reply = this.end();
    if (reply === undefined) return undefined;
    const { turn, spoken } = reply;
    this.#cut = turn;
    return { type: 'bot.interrupted', turn, heard: spoken.heard, text: spoken.text, audioMs: spoken.heardMs };
  }

  /**
   * What its voice tells: what was heard of the reply that was cut last, until the next begins; or where words end,
   * which the ledgers look up.
   */
  noticed(notice: VoiceNotice): BotEvent[] {
    if (notice.type === 'heard')
      return this.#cut === undefined ? [] : [{ type: 'bot.heard', turn: this.#cut, heard: notice.text }];
    this.#timings.set(notice.text, notice.words);
    const [oldest] = this.#timings.keys();
    if (this.#timings.size > 20 && oldest !== undefined) this.#timings.delete(oldest);
    return [];
  }

  /** A ledger for a reply to come. */
  ledger(): SpokenSoFar {
    return new SpokenSoFar(this.#timings);
  }

  /** Whether a turn of the user's is open. */
  get userSpeaks(): boolean {
    return this.#userSpeaks;
  }

  /** Something to say: now, or when there is room for it. */
  told(say: Say): Say[] {
    const busy = this.#reply !== undefined || this.#userSpeaks;
    if (say.now === true || !busy) return [say];
    this.#says.push(say);
    return [];
  }

  /** What is still to be said, the first of it. */
  saysNext(): Say | undefined {
    return this.#says.shift();
  }

  get state(): BotState {
    if (this.#reply === undefined) return idle;
    const { spoken, isProtected } = this.#reply;
    const { sentence, text } = spoken;
    return {
      doing: spoken.sounding ? 'speaking' : 'thinking',
      sentence,
      text,
      protectedMs: isProtected(sentence) ? Math.max(20, spoken.sentenceRestMs) : 0,
      warmingUp: this.#heardMs + spoken.heardMs < (this.#bargeIn.warmUpMs ?? 0),
    };
  }

  /** What there is to tell when it is paused and when it goes on. */
  events({ type }: { readonly type: string }): BotEvent[] {
    if (type === 'speaking') this.#userSpeaks = true;
    if (type === 'said' || type === 'silent' || type === 'ignored') this.#userSpeaks = false;
    if (this.#reply === undefined) return [];
    const { turn, spoken } = this.#reply;
    if (type === 'pause') {
      this.#paused = true;
      return [{ type: 'bot.paused', turn, heard: spoken.heard, audioMs: spoken.heardMs }];
    }
    if (type !== 'resume' || !this.#paused) return [];
    this.#paused = false;
    return [{ type: 'bot.resumed', turn }];
  }

  /** The frame, or as much silence while the user is not listened to. */
  deafTo(frame: AudioFrame): AudioFrame {
    if (this.#tailMs === undefined) return frame;
    const speaking = this.#reply?.spoken.sounding === true;
    const deaf = speaking || asyncScheduler.now() < this.#heardAt + this.#tailMs;
    return deaf ? silence(frameMs(frame), frame.sampleRate) : frame;
  }
}
