import { type Observable, type SchedulerAction, type Subscription, tap, timestamp } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { guardPromises } from '../rx/promiseGuard.ts';

/** Behaviour of an observable in virtual time. Times are ms since it was subscribed. */
export interface VirtualRun<Value> {
  readonly values: readonly { readonly at: number; readonly value: Value }[];
  /** When it completed, if it did. */
  readonly completedAt: number | undefined;
  /** When and why it failed, if it did. */
  readonly failed: { readonly at: number; readonly error: unknown } | undefined;
  /** How many timers were still running when it was over: 0, if nothing leaks. They are dropped. */
  readonly leftTimers: number;
}

/** How {@link virtualTime} runs. */
export interface VirtualTimeOptions {
  /** Unsubscribe at this time, ms. Default: never. */
  readonly until?: number;
}

/**
 * Subscribes an observable in virtual time, lets all its time pass at once, and returns its notifications, exact to the
 * millisecond. Everything made of RxJS time is virtual: timers, `paced`, `timestamp()`, whole conversations. Bare timers
 * never fire here, and promises never settle: `fakeTime` runs bots and tools that return one.
 *
 * @throws Error if a bot's answer or a tool waits for a promise: it names which.
 *
 * @example
 * const { values } = virtualTime(() => conversation({ stt, llm, tts })(input, output));
 * expect(values.find(({ value }) => value.type === 'bot.speaking')?.at).toBe(1_850);
 */
export function virtualTime<Value>(
  make: () => Observable<Value>,
  { until }: VirtualTimeOptions = {},
): VirtualRun<Value> {
  const values: { at: number; value: Value }[] = [];
  let completedAt: number | undefined;
  let failed: VirtualRun<Value>['failed'];
  let leftTimers = 0;
  const waiting = new Set<string>();
  const scheduler = new VirtualScheduler(() => undefined);
  const run = (): void =>
    scheduler.run(() => {
      const subscription = make()
        .pipe(
          tap({
            error: (error: unknown) => (failed = { at: scheduler.now(), error }),
            complete: () => (completedAt = scheduler.now()),
          }),
          timestamp(),
        )
        .subscribe({
          next: ({ value, timestamp: at }) => values.push({ at, value }),
          error: () => undefined, // noted above
        });
      const hangUp =
        until === undefined ? undefined : scheduler.schedule(() => subscription.unsubscribe(), until);
      // After the instant in which it ends: the timer that ended it is cleared only when its turn is over.
      subscription.add(() => {
        hangUp?.unsubscribe();
        scheduler.schedule(() => {
          leftTimers = scheduler.actions.length;
          scheduler.actions.length = 0;
        });
      });
    });
  guardPromises(who => waiting.add(who), run);
  if (waiting.size > 0) throw new Error(stalled([...waiting]));
  return { values, completedAt, failed, leftTimers };
}

const stalled = (waiting: readonly string[]): string =>
  `Virtual time stalls: ${waiting.join(' and ')} waits for a promise, and none settles here. Return a value or an ` +
  "Observable, or use your test runner's timers: await fakeTime(vi, () => call$).";

const nothingDue = 'Expected a due immediate or interval';

/**
 * RxJS 7.8.2's TestScheduler throws when a timer is cleared by another one in the very instant both are due: the turn
 * of the cleared one comes all the same, and finds nothing to do. Here that has no effect.
 */
class VirtualScheduler extends TestScheduler {
  override schedule<State>(
    work: (this: SchedulerAction<State>, state?: State) => void,
    delay?: number,
    state?: State,
  ): Subscription {
    const guarded = function (this: SchedulerAction<State>, value?: State): void {
      try {
        work.call(this, value);
      } catch (error) {
        if (!(error instanceof Error && error.message === nothingDue)) throw error;
      }
    };
    return super.schedule(guarded, delay, state);
  }
}
