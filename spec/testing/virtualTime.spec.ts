import {
  EMPTY,
  merge,
  NEVER,
  of,
  Subject,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
  concat,
  interval,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { virtualTime } from '../../lib/testing/index.ts';

describe('virtualTime', () => {
  it('should let an hour pass at once', () => {
    expect(virtualTime(() => timer(3_600_000))).toEqual({
      values: [{ at: 3_600_000, value: 0 }],
      completedAt: 3_600_000,
      failed: undefined,
      leftTimers: 0,
    });
  });

  it('should report forgotten timers, and not wait for them', () => {
    const leaking = virtualTime(() => {
      interval(10).subscribe();
      timer(500).subscribe();
      return timer(25);
    });
    expect(leaking.leftTimers).toBe(2);
    expect(virtualTime(() => interval(10), { until: 25 }).leftTimers).toBe(0);
  });

  it('should report an error instead of throwing it', () => {
    const run = virtualTime(() =>
      concat(
        timer(5),
        throwError(() => new Error('gone')),
      ),
    );
    expect(run.failed).toEqual({ at: 5, error: new Error('gone') });
    expect(run.completedAt).toBeUndefined();
  });

  it('should unsubscribe at a given time', () => {
    const run = virtualTime(() => interval(10), { until: 25 });
    expect(run.values.map(({ at }) => at)).toEqual([10, 20]);
    expect(virtualTime(() => NEVER, { until: 5 }).completedAt).toBeUndefined();
    expect(virtualTime(() => EMPTY).completedAt).toBe(0);
  });

  it('should allow a timer to be cleared in the instant it is due', () => {
    const run = virtualTime(() => {
      const cut$ = new Subject<void>();
      const tick$ = interval(10).pipe(
        take(5),
        tap(count => {
          if (count === 4) cut$.next();
        }),
      );
      return merge(tick$, of(1).pipe(switchMap(() => timer(50).pipe(takeUntil(cut$)))));
    });
    expect(run.completedAt).toBe(50);
  });
});
