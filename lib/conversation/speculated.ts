import { asyncScheduler, type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { LlmEvent } from '../llm/message.ts';
import type { BotEvent } from './events.ts';

/** What an answer that was begun early has cost, and what it will have saved. */
export class Speculated {
  readonly turn: number;
  readonly #since = asyncScheduler.now();
  #readyMs: number | undefined;
  #tokens = 0;

  constructor(turn: number) {
    this.turn = turn;
  }

  /** What the next stage waited for is there. */
  ready(): void {
    this.#readyMs ??= asyncScheduler.now() - this.#since;
  }

  /** The answer failed before it was of use. */
  dropped(): void {
    this.#readyMs = 0;
  }

  /** Notes what the model writes. */
  counting(): MonoTypeOperatorFunction<LlmEvent> {
    return tap(({ type }) => {
      if (type === 'token') this.#tokens += 1;
    });
  }

  /** How it ended. */
  event(kept: boolean): BotEvent {
    const aheadMs = asyncScheduler.now() - this.#since;
    const savedMs = kept ? Math.min(aheadMs, this.#readyMs ?? Infinity) : 0;
    return { type: 'bot.speculated', turn: this.turn, kept, aheadMs, savedMs, tokens: this.#tokens };
  }
}
