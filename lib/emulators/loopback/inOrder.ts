import { asyncScheduler, concatMap, map, type MonoTypeOperatorFunction, of, timer } from 'rxjs';

/**
 * Passes every value on at its time, in order: `dueAt` gives the time from the time it came at (ms of RxJS's clock), and
 * a value waits for those before it. A value that is due passes at once.
 */
export const inOrder =
  <Value>(dueAt: (value: Value, now: number) => number): MonoTypeOperatorFunction<Value> =>
  source$ =>
    source$.pipe(
      map(value => ({ value, due: dueAt(value, asyncScheduler.now()) })),
      concatMap(({ value, due }) => {
        const waitMs = due - asyncScheduler.now();
        return waitMs > 0 ? timer(waitMs).pipe(map(() => value)) : of(value);
      }),
    );

/** Delays every value, ms, in order; the delay may change from one to the next. */
export const late = <Value>(delayMs: () => number): MonoTypeOperatorFunction<Value> =>
  inOrder((_, now) => now + delayMs());
