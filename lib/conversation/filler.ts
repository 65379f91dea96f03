import { connect, endWith, filter, ignoreElements, map, merge, mergeMap, type Observable } from 'rxjs';
import { of, type OperatorFunction, switchMap, takeUntil, timer } from 'rxjs';
import type { LlmEvent } from '../llm/message.ts';
import { longestTimerMs } from '../timers.ts';

/** What the bot says while something is slow. */
export interface FillerOptions {
  /** How long the model, or a tool that it called, may take before, ms. Default 1,500. */
  readonly afterMs?: number;
  /** What it says, by turns. Default: "Let me look that up." and the like. */
  readonly texts?: readonly string[];
  /**
   * How often at most in one reply, once for each time it is silent: before its first word, and after each call of a
   * tool. Default 2.
   */
  readonly max?: number;
}

/** What is said to fill a silence. */
export interface Filler {
  readonly type: 'filler';
  readonly text: string;
}

const defaultTexts = ['Let me look that up.', 'One moment, please.'];

/**
 * Adds something to say to a model's answer when no word of it has come for a while, from the beginning or from a
 * tool's call on. `started$` emits when the user waits for it.
 *
 * @example
 * llm(messages).pipe(withFiller({ afterMs: 1_000 }))
 */
export const withFiller =
  (
    { afterMs = 1_500, texts = defaultTexts, max = 2 }: FillerOptions = {},
    started$: Observable<unknown> = of(true),
  ): OperatorFunction<LlmEvent, LlmEvent | Filler> =>
  event$ =>
    event$.pipe(
      connect(event$ => {
        const over$ = event$.pipe(ignoreElements(), endWith(true));
        let said = 0;
        const silent$ = merge(
          started$.pipe(map(() => true)),
          event$.pipe(
            filter(({ type }) => type === 'token' || type === 'toolCall'),
            map(({ type }) => type === 'toolCall'),
          ),
        );
        const filler$ = silent$.pipe(
          switchMap(silent => (silent && said < max ? timer(Math.min(afterMs, longestTimerMs)) : [])),
          mergeMap((): Filler[] => {
            const text = texts[said++ % texts.length];
            return text === undefined ? [] : [{ type: 'filler', text }];
          }),
          takeUntil(over$),
        );
        return merge(event$, filler$);
      }),
    );
