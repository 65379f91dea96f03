import { finalize, NEVER, of, Subject, take, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { alongside } from '../../lib/rx/alongside.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { marbles } from '../marbles.ts';

describe('alongside', () => {
  it('should add what the other emits for as long as the source runs', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const other$ = cold('                            x---x---x---x');
      const source$ = cold('                           -a---b----|');
      expectObservable(source$.pipe(alongside(other$))).toBe('xa--xb--x-|');
      expectSubscriptions(other$.subscriptions).toBe('  ^---------!');
      expectSubscriptions(source$.subscriptions).toBe(' ^---------!');
    });
  });

  it('should go on with the source when the other completes', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a---b|').pipe(alongside(cold('x-|')))).toBe('xa---b|');
    });
  });

  it('should end with an error of either, and unsubscribe both', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [endless$, broken$] = [cold('x----'), cold('--#')];
      expectObservable(broken$.pipe(alongside(endless$))).toBe('x-#');
      expectObservable(endless$.pipe(alongside(broken$))).toBe('x-#');
      expectSubscriptions(endless$.subscriptions).toBe(['^-!', '^-!']);
      expectSubscriptions(broken$.subscriptions).toBe([' ^-!', '^-!']);
    });
  });

  it('should unsubscribe both when it is unsubscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [source$, other$] = [cold('-a---'), cold('x----')];
      expectObservable(source$.pipe(alongside(other$)), '^--!').toBe('xa--');
      expectSubscriptions(source$.subscriptions).toBe('       ^--!');
      expectSubscriptions(other$.subscriptions).toBe('        ^--!');
    });
  });

  it('should not leave the other running where the source is over before it is subscribed', () => {
    let running = 0;
    const other$ = NEVER.pipe(
      tap({ subscribe: () => (running += 1) }),
      finalize(() => (running -= 1)),
    );
    expect(virtualTime(() => of('a').pipe(alongside(other$))).completedAt).toBe(0);
    expect(running).toBe(0);
  });

  it('should end by a command in answer to its own emission', () => {
    const source$ = new Subject<string>();
    const log: unknown[] = [];
    const { leftTimers } = virtualTime(() =>
      source$.pipe(
        alongside(timer(5)),
        tap({ next: value => log.push(value), complete: () => log.push('over') }),
        tap(() => source$.complete()),
        take(3),
      ),
    );
    expect([log, leftTimers]).toEqual([[0, 'over'], 0]);
  });
});
