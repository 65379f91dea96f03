import {
  asyncScheduler,
  defer,
  expand,
  ignoreElements,
  map,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  tap,
  timer,
} from 'rxjs';
import { RxvoiceError, type Stage } from '../errors.ts';
import { alongside } from '../rx/alongside.ts';
import { StageFailure } from '../tts/stageFailure.ts';
import { longestTimerMs } from '../rx/timers.ts';
import type { SpeechLedger } from '../tts/speechLedger.ts';
import type { BotEvent } from './events.ts';

/** How {@link failingWhenStalled} detects a stall. */
export interface StallOptions {
  /** How long a reply may make no progress, ms. Default 30,000. */
  readonly stallMs?: number;
  readonly ledger: SpeechLedger;
  /** Emits when the input is over. From then on, a running tool no longer counts as progress. */
  readonly inputOver$: Observable<unknown>;
}

/**
 * Fails a reply that has stalled, so that every turn ends. Stalled means no event, nothing audible, not held, and no
 * running tool. Detection takes between `stallMs` and twice as long.
 *
 * @throws StageFailure, with the stage that was waited for.
 */
export const failingWhenStalled =
  ({ stallMs = 30_000, ledger, inputOver$ }: StallOptions): MonoTypeOperatorFunction<BotEvent> =>
  event$ =>
    defer(() => {
      const progress = new Progress();
      const periodMs = Math.min(stallMs, longestTimerMs);
      let inputOver = false;
      let since = asyncScheduler.now();

      const check = (): void => {
        const waits = ledger.playhead.held || ledger.isSounding || (progress.runsTools && !inputOver);
        const now = asyncScheduler.now();
        if (waits) since = now;
        else if (now - since >= periodMs) throw new StageFailure(progress.stage, stalled(stallMs));
      };
      const watch$ = timer(periodMs).pipe(
        expand(() => timer(periodMs)),
        map(check),
        ignoreElements(),
      );
      const inputEnds$ = inputOver$.pipe(
        tap(() => (inputOver = true)),
        ignoreElements(),
      );
      return event$.pipe(
        tap(event => {
          since = asyncScheduler.now();
          progress.see(event);
        }),
        alongside(merge(watch$, inputEnds$)),
      );
    });

const stalled = (ms: number): RxvoiceError =>
  new RxvoiceError(
    `Nothing came for ${ms} ms. Check the engine, or give a slow one more time with stallMs.`,
    {
      retryable: true,
    },
  );

/** Progress of a reply. */
class Progress {
  #answered = false;
  #sentences = 0;
  #audios = 0;
  #tools = 0;

  see({ type }: BotEvent): void {
    if (type === 'bot.answered') this.#answered = true;
    if (type === 'bot.sentence') this.#sentences += 1;
    if (type === 'bot.audio') this.#audios += 1;
    if (type === 'bot.tool') this.#tools += 1;
    if (type === 'bot.toolResult') this.#tools -= 1;
  }

  get runsTools(): boolean {
    return this.#tools > 0;
  }

  /** The stage that has stalled: the model, the voice, or the output. */
  get stage(): Stage {
    if (this.#audios < this.#sentences && this.#audios === 0) return 'tts';
    if (!this.#answered) return 'llm';
    return this.#audios < this.#sentences ? 'tts' : 'output';
  }
}
