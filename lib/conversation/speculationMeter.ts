import { asyncScheduler, type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { LlmEvent } from '../llm/message.ts';
import type { BotEvent } from './events.ts';

/** Figures of a speculative reply: its cost and the time it saved. */
export class SpeculationMeter {
  readonly turn: number;
  readonly #since = asyncScheduler.now();
  #readyMs: number | undefined;
  #tokens = 0;
  #calledTool = false;
  #answeredMs: number | undefined;

  constructor(turn: number) {
    this.turn = turn;
  }

  /** The output of the next stage is ready. */
  ready(): void {
    this.#readyMs ??= asyncScheduler.now() - this.#since;
  }

  /** The answer failed before it could be used. */
  dropped(): void {
    this.#readyMs = 0;
  }

  /** Counts the model's output. */
  counting(): MonoTypeOperatorFunction<LlmEvent> {
    return tap({
      next: ({ type }) => {
        if (type === 'token') this.#tokens += 1;
        if (type === 'toolCall') this.#calledTool = true;
      },
      complete: () => {
        if (!this.#calledTool) this.#answeredMs = asyncScheduler.now() - this.#since;
      },
    });
  }

  /** The event with these figures. */
  event(kept: boolean): BotEvent {
    const aheadMs = asyncScheduler.now() - this.#since;
    const savedMs = kept ? Math.min(aheadMs, this.#readyMs ?? Infinity) : 0;
    const answeredMs = kept ? this.#answeredMs : undefined;
    return {
      type: 'bot.speculated',
      turn: this.turn,
      kept,
      aheadMs,
      savedMs,
      tokens: this.#tokens,
      ...(answeredMs !== undefined && { answeredMs }),
    };
  }
}
