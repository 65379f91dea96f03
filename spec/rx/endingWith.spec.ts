import { EMPTY, of, Subject, take, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { endingWith } from '../../lib/rx/endingWith.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { marbles } from '../marbles.ts';

describe('endingWith', () => {
  it.each([
    ['-a-b-|', '-a-b-(z|)', '^----!'],
    ['-a-b-#', '-a-b-(z#)', '^----!'],
    ['|', '     (z|)', '    (^!)'],
    ['#', '     (z#)', '    (^!)'],
    ['-a---', ' -a---', '    ^'],
  ])('should emit the last value before %s ends', (source, expected, subscriptions) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold(source);
      expectObservable(source$.pipe(endingWith('z'))).toBe(expected.trim());
      expectSubscriptions(source$.subscriptions).toBe(subscriptions.trim());
    });
  });

  it('should not emit it when it is unsubscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a-b-|');
      expectObservable(source$.pipe(endingWith('z')), '^--!').toBe('-a--');
      expectSubscriptions(source$.subscriptions).toBe('       ^--!');
    });
    expect(virtualTime(() => of(1, 2).pipe(endingWith(3), take(2))).values).toHaveLength(2);
  });

  it('should emit one, also when a subscriber answers it', () => {
    const source$ = new Subject<number>();
    const log: number[] = [];
    source$.pipe(endingWith(0)).subscribe(value => {
      log.push(value);
      if (value === 1) source$.complete();
    });
    source$.next(1);
    expect(log).toEqual([1, 0]);
    expect(virtualTime(() => EMPTY.pipe(endingWith(0))).values).toHaveLength(1);
    expect(virtualTime(() => throwError(() => new Error('gone')).pipe(endingWith(0))).failed?.error).toEqual(
      new Error('gone'),
    );
  });
});
