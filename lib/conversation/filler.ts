import {
  combineLatest,
  connect,
  distinctUntilChanged,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
} from 'rxjs';
import { mergeMap, type Observable, of, type OperatorFunction, startWith, switchMap, take } from 'rxjs';
import { takeUntil, timer } from 'rxjs';
import type { LlmEvent } from '../llm/message.ts';
import { longestTimerMs } from '../rx/timers.ts';

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
 * tool's call on; never between its words. `started$` emits when the user waits for it. While `quiet$` is true (the
 * reply is held, the user speaks) nothing is added, and the time starts anew when it ends.
 *
 * @example
 * llm(messages).pipe(withFiller({ afterMs: 1_000 }))
 */
export const withFiller =
  (
    { afterMs = 1_500, texts = defaultTexts, max = 2 }: FillerOptions = {},
    started$: Observable<unknown> = of(true),
    quiet$: Observable<boolean> = of(false),
  ): OperatorFunction<LlmEvent, LlmEvent | Filler> =>
  event$ =>
    event$.pipe(
      connect(event$ => {
        const over$ = event$.pipe(ignoreElements(), endWith(true));
        let said = 0;
        /** The waits for a word, numbered; nothing when the answer has begun. */
        const wait$ = event$.pipe(
          map(beginsWait),
          filter(begins => begins !== undefined),
          map((begins, index) => (begins ? index + 1 : undefined)),
          startWith(0),
          distinctUntilChanged(),
        );
        /** The wait that was filled last. */
        let filled: number | undefined;
        const filler$ = combineLatest([
          wait$,
          started$.pipe(take(1)),
          quiet$.pipe(distinctUntilChanged(), startWith(false), distinctUntilChanged()),
        ]).pipe(
          switchMap(([wait, , quiet]) =>
            wait === undefined || wait === filled || quiet || said >= max
              ? []
              : timer(Math.min(afterMs, longestTimerMs)).pipe(map(() => wait)),
          ),
          mergeMap((wait): Filler[] => {
            filled = wait;
            const text = texts[said++ % texts.length];
            return text === undefined ? [] : [{ type: 'filler', text }];
          }),
          takeUntil(over$),
        );
        return merge(event$, filler$);
      }),
    );

/** Whether the user waits for words from this event on; undefined where it changes nothing. */
const beginsWait = (event: LlmEvent): boolean | undefined => {
  if (event.type === 'toolCall') return true;
  return event.type === 'token' && event.text.trim() !== '' ? false : undefined;
};
