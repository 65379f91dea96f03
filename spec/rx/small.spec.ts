import { concat, finalize, NEVER, of, range, take, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { each } from '../../lib/rx/each.ts';
import { holding } from '../../lib/rx/holding.ts';
import { ofType } from '../../lib/rx/ofType.ts';
import { onFirst } from '../../lib/rx/onFirst.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { marbles } from '../marbles.ts';

describe('holding', () => {
  it('should keep the resource as long as the source runs', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const resource$ = cold('x---x---x');
      const source$ = cold('  -a-b-|');
      expectObservable(source$.pipe(holding(resource$))).toBe('-a-b-|');
      expectSubscriptions(resource$.subscriptions).toBe('^----!');
    });
  });

  it('should release it when unsubscribed, and fail when it fails', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const resource$ = cold('----');
      expectObservable(cold('-a--').pipe(holding(resource$)), '^--!').toBe('-a--');
      expectSubscriptions(resource$.subscriptions).toBe('^--!');
    });
    const broken$ = concat(
      timer(10),
      throwError(() => new Error('gone')),
    );
    expect(virtualTime(() => NEVER.pipe(holding(broken$))).failed).toEqual({
      at: 10,
      error: new Error('gone'),
    });
  });
});

describe('onFirst', () => {
  it('should call back with the first value of each subscription, before it is passed on', () => {
    const log: string[] = [];
    const source$ = of('a', 'b').pipe(
      onFirst(value => log.push(`first ${value}`)),
      finalize(() => log.push('end')),
    );
    for (let index = 0; index < 2; index++) source$.subscribe(value => log.push(value));
    expect(log).toEqual(['first a', 'a', 'b', 'end', 'first a', 'a', 'b', 'end']);
  });

  it('should make an error of a callback that throws', () => {
    const broken$ = of(1).pipe(
      onFirst(() => {
        throw new Error('a bug');
      }),
    );
    expect(virtualTime(() => broken$).failed?.error).toEqual(new Error('a bug'));
  });
});

describe('ofType', () => {
  it('should keep the values of the given types', () => {
    marbles(({ cold, expectObservable }) => {
      const values = { a: { type: 'a' }, b: { type: 'b' }, c: { type: 'c' } } as const;
      expectObservable(cold('a-b-c|', values).pipe(ofType('a', 'c'))).toBe('a---c|', values);
    });
  });
});

describe('each', () => {
  it('should emit every value of every list, at once', () => {
    marbles(({ cold, expectObservable }) => {
      const source$ = cold('     a---b-c|', { a: 'xy', b: '', c: 'z' });
      expectObservable(source$.pipe(each(text => text.match(/./gu) ?? []))).toBe('(xy)--z|');
    });
  });

  it('should stop a source that never leaves off by itself', () => {
    const taken: number[] = [];
    range(0, Infinity)
      .pipe(
        each(value => [value, value]),
        take(3),
      )
      .subscribe(value => taken.push(value));
    expect(taken).toEqual([0, 0, 1]);
  });

  it('should make an error of a function that throws, and unsubscribe the source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('a-b-c|');
      const failing = (value: string): string[] => {
        if (value === 'b') throw new Error('a bug');
        return [value];
      };
      expectObservable(source$.pipe(each(failing))).toBe('a-#', undefined, new Error('a bug'));
      expectSubscriptions(source$.subscriptions).toBe('^-!');
    });
  });
});
