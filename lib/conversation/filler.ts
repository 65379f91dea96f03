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

/** Phrases for when the model or a tool is slow. */
export interface FillerOptions {
  /** The silence before a filler, ms: from the request, or from a tool call. Default 1,500. */
  readonly afterMs?: number;
  /** Phrases, in rotation. Default: "Let me look that up." and similar. */
  readonly texts?: readonly string[];
  /** The most fillers in one reply: one before its first word, and one after each tool call. Default 2. */
  readonly max?: number;
}

/** A filler in the stream of a model's events. */
export interface Filler {
  readonly type: 'filler';
  readonly text: string;
}

const defaultTexts = ['Let me look that up.', 'One moment, please.'];

/**
 * Adds a filler to a model's answer when no word has come for a while, from the start or from a tool call; never
 * between words. `started$` emits when the user begins to wait. While `quiet$` is true (the reply is held, or the
 * user speaks) nothing is added, and the wait restarts when it ends.
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
        /** Waits for a word, numbered; `undefined` once the answer has begun. */
        const wait$ = event$.pipe(
          map(beginsWait),
          filter(begins => begins !== undefined),
          map((begins, index) => (begins ? index + 1 : undefined)),
          startWith(0),
          distinctUntilChanged(),
        );
        /** The last wait that got a filler. */
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

/** Whether the user waits for words after this event; `undefined` if it changes nothing. */
const beginsWait = (event: LlmEvent): boolean | undefined => {
  if (event.type === 'toolCall') return true;
  return event.type === 'token' && event.text.trim() !== '' ? false : undefined;
};
