import { asyncScheduler } from 'rxjs';
import { type AudioFrame, frameMs, silence } from '../audio/frame.ts';
import { SpokenSoFar } from '../tts/spokenSoFar.ts';
import type { BargeInOptions, Floor } from './bargeIn.ts';
import type { BotEvent } from './events.ts';
import type { BotState } from './interruption.ts';
import type { UserTurn } from '../stt/userTurns.ts';

/** A reply in progress. */
export interface OpenReply {
  readonly turn: number;
  readonly spoken: SpokenSoFar;
  /** Whether nothing interrupts a sentence of it. */
  readonly isProtected: (sentence: string) => boolean;
}

const idle: BotState = { doing: 'nothing', sentence: '', text: '', protectedMs: 0, warmingUp: false };

/** What the bot of one call is about. */
export class Bot {
  readonly #bargeIn: BargeInOptions;
  readonly #tailMs: number | undefined;
  #reply: OpenReply | undefined;
  #paused = false;
  #heardMs = 0;
  #heardAt = -Infinity;

  constructor(bargeIn: BargeInOptions, halfDuplex: boolean | { readonly tailMs?: number }) {
    this.#bargeIn = bargeIn;
    this.#tailMs = halfDuplex === false ? undefined : halfDuplex === true ? 200 : (halfDuplex.tailMs ?? 200);
  }

  /** A reply begins; what is heard of it goes into the ledger. */
  begin(turn: number, interruptible = true): SpokenSoFar {
    const spoken = new SpokenSoFar();
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
  events({ type }: UserTurn | Floor): BotEvent[] {
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
