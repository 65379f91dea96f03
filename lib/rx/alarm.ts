import { asyncScheduler, Observable, queueScheduler, type SchedulerAction } from 'rxjs';
import { longestTimerMs } from './timers.ts';

/**
 * Emits at the time that `at` returns, asks it again, and so on; completes when it returns `undefined` or `Infinity`.
 * Emissions are queued: none arrives while another event of the queue is handled.
 *
 * @example
 * alarm(() => state.dueAt).subscribe(() => step('due'))
 */
export const alarm = (at: (now: number) => number | undefined): Observable<void> =>
  new Observable(subscriber => {
    /** The delay of the next emission, ms. A timer can't wait for longer than `longestTimerMs`, so it asks again. */
    const next = (wait: (ms: number) => unknown): void => {
      const now = asyncScheduler.now();
      const due = at(now) ?? Infinity;
      if (due === Infinity) subscriber.complete();
      else wait(Math.min(Math.max(0, Math.ceil(due - now)), longestTimerMs));
    };
    const ring = (action: SchedulerAction<unknown>): void => {
      subscriber.next();
      if (subscriber.closed) return;
      try {
        next(ms => action.schedule(undefined, ms));
      } catch (error) {
        subscriber.error(error);
      }
    };
    next(ms =>
      subscriber.add(
        asyncScheduler.schedule(function () {
          queueScheduler.schedule(() => ring(this));
        }, ms),
      ),
    );
  });
