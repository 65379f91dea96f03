import {
  combineLatest,
  connect,
  distinctUntilChanged,
  EMPTY,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
} from 'rxjs';
import { mergeMap, type Observable, of, type OperatorFunction, startWith, switchMap, take } from 'rxjs';
import { takeUntil, tap, timer } from 'rxjs';
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
 * user speaks) nothing is added, and the wait restarts when it ends. A filler says the last text of `progress$`, where a
 * tool reports progress; a report after the filler makes another one possible.
 *
 * @example
 * llm(messages).pipe(withFiller({ afterMs: 1_000 }))
 */
export const withFiller =
  (
    { afterMs = 1_500, texts = defaultTexts, max = 2 }: FillerOptions = {},
    started$: Observable<unknown> = of(true),
    quiet$: Observable<boolean> = of(false),
    progress$: Observable<string> = EMPTY,
  ): OperatorFunction<LlmEvent, LlmEvent | Filler> =>
  event$ =>
    event$.pipe(
      connect(event$ => {
        const over$ = event$.pipe(ignoreElements(), endWith(true));
        let said = 0;
        /** The wait now, and the last one that got a filler. */
        let [waiting, filled]: (number | undefined)[] = [];
        /** The last report of a tool that no filler has said. */
        let report: string | undefined;
        /** Waits for a word, numbered; `undefined` once the answer has begun. */
        const wait$ = merge(
          event$.pipe(
            map(beginsWait),
            filter(begins => begins !== undefined),
            tap(() => (report = undefined)),
          ),
          // Reports before the filler change its words, not its time.
          progress$.pipe(
            tap(text => (report = text)),
            filter(() => filled !== undefined && filled === waiting),
            map(() => true),
          ),
        ).pipe(
          map((begins, index) => (begins ? index + 1 : undefined)),
          startWith(0),
          distinctUntilChanged(),
          tap(wait => (waiting = wait)),
        );
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
            const text = report ?? texts[said % texts.length];
            said += 1;
            report = undefined;
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
