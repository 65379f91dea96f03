import { debounceTime, map, merge, range, Subject, take, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { connected } from '../../lib/rx/connected.ts';
import { marbles } from '../marbles.ts';

describe('connected', () => {
  it('should share one subscription between the branches', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('a-b----|');
      const both$ = source$.pipe(
        connected(value$ =>
          merge(
            value$,
            value$.pipe(
              debounceTime(3),
              map(value => value.toUpperCase()),
            ),
          ),
        ),
      );
      expectObservable(both$).toBe('a-b--B-|');
      expectSubscriptions(source$.subscriptions).toBe('^------!');
    });
  });

  it('should stop a source that emits at once and never leaves off', () => {
    let emitted = 0;
    const taken: number[] = [];
    range(0, Infinity)
      .pipe(
        tap(() => (emitted += 1)),
        connected(value$ => value$),
        take(2),
      )
      .subscribe(value => taken.push(value));
    expect([taken, emitted]).toEqual([[0, 1], 3]);
  });

  it('should pass an error on, and unsubscribe the source with its last branch', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const broken$ = cold('a-#');
      expectObservable(broken$.pipe(connected(value$ => value$))).toBe('a-#');
      const source$ = cold('a-b-c|');
      expectObservable(source$.pipe(connected(value$ => value$.pipe(take(2))))).toBe('a-(b|)');
      expectSubscriptions(source$.subscriptions).toBe('^-!');
    });
  });

  it('should unsubscribe the source when it is unsubscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('a----');
      expectObservable(source$.pipe(connected(value$ => value$)), '^--!').toBe('a---');
      expectSubscriptions(source$.subscriptions).toBe('            ^--!');
    });
  });

  it('should share nothing between two subscriptions', () => {
    const source$ = new Subject<string>();
    const log: string[] = [];
    const shared$ = source$.pipe(connected(value$ => value$));
    const first = shared$.subscribe(value => log.push(`1${value}`));
    shared$.subscribe(value => log.push(`2${value}`));
    source$.next('a');
    first.unsubscribe();
    source$.next('b');
    expect(log).toEqual(['1a', '2a', '2b']);
  });
});
