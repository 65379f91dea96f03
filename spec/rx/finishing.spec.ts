import { concat, identity, map, NEVER, type OperatorFunction, pipe, switchMap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { finishing } from '../../lib/rx/finishing.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { marbles } from '../marbles.ts';

/** An engine that never ends by itself, and answers the last value after some time. */
const endless = (afterMs: number): OperatorFunction<string, string> =>
  pipe(
    source$ => concat(source$, NEVER),
    switchMap(value => timer(afterMs).pipe(map(() => value.toUpperCase()))),
  );

describe('finishing', () => {
  it('should complete when nothing came for long enough since the source completed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('                                     a--|');
      expectObservable(source$.pipe(finishing(endless(5), 4))).toBe('-----A---|');
      expectSubscriptions(source$.subscriptions).toBe('          ^--!');
    });
  });

  it('should not limit the silence while the source runs', () => {
    marbles(({ cold, expectObservable }) => {
      const source$ = cold('                                     a-----------------b|');
      expectObservable(source$.pipe(finishing(endless(1), 4))).toBe('-A-----------------B---|');
    });
  });

  it('should complete with an operator that completes, and fail with one that fails', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('a--|').pipe(finishing(identity, 4))).toBe('a--|');
      expectObservable(cold('a--#').pipe(finishing(identity, 4))).toBe('a--#');
    });
  });

  it('should unsubscribe the source and drop its timer when it is unsubscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('                                        a-----');
      expectObservable(source$.pipe(finishing(identity, 4)), '      ^--!').toBe('a---');
      expectSubscriptions(source$.subscriptions).toBe('             ^--!');
    });
    const { leftTimers } = virtualTime(
      () =>
        timer(1).pipe(
          map((): string => 'a'),
          finishing(endless(1), 9),
        ),
      {
        until: 3,
      },
    );
    expect(leftTimers).toBe(0);
  });

  it('should subscribe the source once, also where it emits at once', () => {
    let subscribed = 0;
    const { values, completedAt } = virtualTime(() =>
      timer(0).pipe(
        map(() => `${++subscribed}`),
        finishing(pipe(map(value => value)), 4),
      ),
    );
    expect([values.length, subscribed, completedAt]).toEqual([1, 1, 0]);
  });
});
