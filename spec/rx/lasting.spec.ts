import { EMPTY, of } from 'rxjs';
import { describe, it } from 'vitest';
import { lasting } from '../../lib/rx/lasting.ts';
import { marbles } from '../marbles.ts';

describe('lasting', () => {
  it('should share one subscription, and give a late subscriber the present value first', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('            a---b-----c--|');
      const shared$ = source$.pipe(lasting());
      expectObservable(shared$).toBe('  a---b-----c--|');
      expectObservable(shared$, '       --^').toBe('  --a-b-----c--|');
      expectObservable(shared$, '       -------^---!').toBe('-------b--c');
      expectSubscriptions(source$.subscriptions).toBe('^------------!');
    });
  });

  it('should unsubscribe the source with the last subscriber, and subscribe it again for the next', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('a---b----');
      const shared$ = source$.pipe(lasting());
      expectObservable(shared$, '^--!').toBe('a---');
      expectObservable(shared$, '-^---!').toBe('-a--b-');
      expectObservable(shared$, '-------^-!').toBe('-------a--');
      expectSubscriptions(source$.subscriptions).toBe(['^----!', '-------^-!']);
    });
  });

  it('should pass an error to all, and the last value and the end to those that come too late', () => {
    marbles(({ cold, expectObservable }) => {
      const broken$ = cold('a-#').pipe(lasting());
      expectObservable(broken$).toBe('a-#');
      expectObservable(broken$, '-^').toBe('-a#');
      const over$ = cold('a-|').pipe(lasting());
      expectObservable(over$).toBe('a-|');
      expectObservable(over$, '----^').toBe('----(a|)');
      expectObservable(of('x').pipe(lasting())).toBe('(x|)');
      expectObservable(EMPTY.pipe(lasting())).toBe('|');
    });
  });
});
