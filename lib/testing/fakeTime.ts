import { type Observable, tap } from 'rxjs';
import type { VirtualRun, VirtualTimeOptions } from './virtualTime.ts';

/** The fake timers of a test runner: Vitest's `vi`, or Jest's `jest`. */
export interface FakeTimers {
  readonly useFakeTimers: (options: { now: number }) => unknown;
  readonly useRealTimers: () => unknown;
  readonly advanceTimersToNextTimerAsync: () => Promise<unknown>;
  readonly getTimerCount: () => number;
}

/**
 * Subscribes an observable under the fake timers of a test runner, and returns its notifications, exact to the
 * millisecond. It is `virtualTime` for bots and tools made of promises, which settle between one instant and the next.
 *
 * It ends when the observable does, at `until`, or when no timer is left. Real sockets don't answer in fake time.
 *
 * @throws Error if it waits for something other than a timer when no timer is left.
 *
 * @example
 * const { values } = await fakeTime(vi, () => conversation({ stt, llm: async () => 'Hello.', tts })(input, output));
 */
export async function fakeTime<Value>(
  timers: FakeTimers,
  make: () => Observable<Value>,
  { until = Infinity }: VirtualTimeOptions = {},
): Promise<VirtualRun<Value>> {
  const values: { at: number; value: Value }[] = [];
  let completedAt: number | undefined;
  let failed: VirtualRun<Value>['failed'];
  timers.useFakeTimers({ now: 0 });
  try {
    const subscription = make()
      .pipe(
        tap({
          error: (error: unknown) => (failed = { at: Date.now(), error }),
          complete: () => (completedAt = Date.now()),
        }),
      )
      .subscribe({
        next: value => values.push({ at: Date.now(), value }),
        error: () => undefined, // noted above
      });
    const hangUp = Number.isFinite(until) ? setTimeout(() => subscription.unsubscribe(), until) : undefined;
    while (!subscription.closed && timers.getTimerCount() > 0) await timers.advanceTimersToNextTimerAsync();
    clearTimeout(hangUp);
    if (!subscription.closed) {
      subscription.unsubscribe();
      throw new Error(
        `At ${Date.now()} ms no timer is left, but something is still waited for: a promise that never settles, or a socket.`,
      );
    }
    return { values, completedAt, failed, leftTimers: timers.getTimerCount() };
  } finally {
    timers.useRealTimers();
  }
}
