import { asyncScheduler, map, merge, observeOn, queueScheduler, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { alarm } from '../../lib/rx/alarm.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { marbles } from '../marbles.ts';

/** Returns these times, one after the other, and then none. */
const times = (...list: (number | undefined)[]) => {
  const rest = [...list];
  return (): number | undefined => rest.shift();
};

describe('alarm', () => {
  it.each<[string, (number | undefined)[], string]>([
    ['at each time, and complete after the last', [2, 5], '  --a--(a|)'],
    ['at once for a time that is over', [-7, 3], '           a--(a|)'],
    ['not before a fraction of a millisecond', [1.2], '      --(a|)'],
    ['never without a time', [undefined], '                  |'],
    ['never for a time that does not come', [Infinity], '    |'],
  ])('should ring %s', (_, list, expected) => {
    marbles(({ expectObservable }) => {
      expectObservable(alarm(times(...list))).toBe(expected.trim(), { a: undefined });
    });
  });

  it('should ask again when a time is too far for one timer', () => {
    const due = 2 ** 31 + 5;
    const asked: number[] = [];
    const { values } = virtualTime(() =>
      alarm(now => {
        asked.push(now);
        return now < due ? due : undefined;
      }),
    );
    expect([values.map(({ at }) => at), asked]).toEqual([
      [2 ** 31 - 1, due],
      [0, 2 ** 31 - 1, due],
    ]);
  });

  it('should leave no timer when it is unsubscribed', () => {
    marbles(({ expectObservable }) => {
      expectObservable(alarm(times(4, 8, 12)), '^-----!').toBe('----a--', { a: undefined });
    });
    expect(virtualTime(() => alarm(times(4)), { until: 2 }).leftTimers).toBe(0);
  });

  it.each([0, 1])("should fail with the function's error, also after %d emissions", count => {
    let calls = 0;
    const { values, failed } = virtualTime(() =>
      alarm(() => {
        if (calls++ === count) throw new Error('no time');
        return 3;
      }),
    );
    expect([values.length, failed?.error]).toEqual([count, new Error('no time')]);
  });

  it('should take the time that an emission has changed', () => {
    let due: number | undefined = 2;
    const { values } = virtualTime(() =>
      alarm(() => due).pipe(
        map((_, index) => {
          due = index < 2 ? asyncScheduler.now() + 10 : undefined;
        }),
      ),
    );
    expect(values.map(({ at }) => at)).toEqual([2, 12, 22]);
  });

  it('should not emit while another event of the queue is handled', () => {
    const log: string[] = [];
    virtualTime(() =>
      merge(
        timer(2).pipe(
          observeOn(queueScheduler),
          tap(() => {
            log.push('event');
            // A subscriber of that event asks for a time that is over.
            queueScheduler.schedule(() => log.push('queued'));
            log.push('handled');
          }),
        ),
        alarm(times(2)).pipe(tap(() => log.push('alarm'))),
      ),
    );
    expect(log).toEqual(['event', 'handled', 'queued', 'alarm']);
  });
});
