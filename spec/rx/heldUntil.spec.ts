import { EMPTY, NEVER, of, Subject, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { heldUntil } from '../../lib/rx/heldUntil.ts';
import { marbles } from '../marbles.ts';

describe('heldUntil', () => {
  it('should keep what comes until the gate opens, then pass', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const gate$ = cold('                             ----x---x');
      const source$ = cold('                           -a-b-----c-|');
      expectObservable(source$.pipe(heldUntil(gate$))).toBe('----(ab)-c-|');
      expectSubscriptions(gate$.subscriptions).toBe('  ^---!');
      expectSubscriptions(source$.subscriptions).toBe('^----------!');
    });
  });

  it('should keep the end as well, whatever it is', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('a|').pipe(heldUntil(cold('---x')))).toBe('---(a|)');
      expectObservable(cold('a#').pipe(heldUntil(cold('---x')))).toBe('---(a#)');
      expectObservable(cold(' |').pipe(heldUntil(cold('---x')))).toBe('---|');
    });
  });

  it('should pass at once through a gate that is open', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-b|').pipe(heldUntil(of(true)))).toBe('a-b|');
    });
  });

  it('should emit nothing through a gate that never opens', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('a-|');
      expectObservable(source$.pipe(heldUntil(NEVER)), '^----!').toBe('-----');
      expectObservable(source$.pipe(heldUntil(EMPTY))).toBe('--|');
      expectSubscriptions(source$.subscriptions).toBe(['^-!', '^-!']);
    });
  });

  it('should end with an error of the gate, and unsubscribe the source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('a----');
      expectObservable(source$.pipe(heldUntil(cold('--#')))).toBe('--#');
      expectSubscriptions(source$.subscriptions).toBe('^-!');
    });
  });

  it('should unsubscribe gate and source when it is unsubscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [source$, gate$] = [cold('a----'), cold('-----')];
      expectObservable(source$.pipe(heldUntil(gate$)), '^--!').toBe('---');
      expectSubscriptions(source$.subscriptions).toBe('      ^--!');
      expectSubscriptions(gate$.subscriptions).toBe('        ^--!');
    });
  });

  it('should keep the order where a value that was held brings about another', () => {
    const [source$, gate$] = [new Subject<string>(), new Subject<void>()];
    const log: string[] = [];
    source$.pipe(heldUntil(gate$)).subscribe(value => {
      log.push(value);
      if (value === 'a') source$.next('c');
    });
    for (const value of ['a', 'b']) source$.next(value);
    gate$.next();
    expect(log).toEqual(['a', 'b', 'c']);
  });

  it('should emit no more than is taken, and unsubscribe both', () => {
    const [source$, gate$] = [new Subject<string>(), new Subject<void>()];
    const log: string[] = [];
    source$.pipe(heldUntil(gate$), take(1)).subscribe(value => log.push(value));
    for (const value of ['a', 'b']) source$.next(value);
    gate$.next();
    expect([log, source$.observed, gate$.observed]).toEqual([['a'], false, false]);
  });
});
