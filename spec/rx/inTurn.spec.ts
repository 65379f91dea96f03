import { asyncScheduler, of, Subject, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { inTurn } from '../../lib/rx/inTurn.ts';
import { virtualTime } from '../../lib/testing/index.ts';

describe('inTurn', () => {
  it('should call with each value in the instant it arrives, if no call is pending', () => {
    const called: number[] = [];
    let completed = false;
    of(1, 2, 3)
      .pipe(inTurn(value => called.push(value)))
      .subscribe({ complete: () => (completed = true) });
    expect([called, completed]).toEqual([[1, 2, 3], true]);
  });

  it('should wait for what a call returns before the next, and at the end', () => {
    const called: number[][] = [];
    const { completedAt } = virtualTime(() =>
      of(1, 2, 3).pipe(
        inTurn(value => {
          called.push([value, asyncScheduler.now()]);
          return timer(100);
        }),
      ),
    );
    expect(called).toEqual([
      [1, 0],
      [2, 100],
      [3, 200],
    ]);
    expect(completedAt).toBe(300);
  });

  it('should not overtake when a call brings about the next value', () => {
    const source$ = new Subject<number>();
    const calls: string[] = [];
    source$
      .pipe(
        inTurn(value => {
          calls.push(`begin ${value}`);
          if (value === 1) source$.next(2);
          calls.push(`end ${value}`);
        }),
      )
      .subscribe();
    source$.next(1);
    expect(calls).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });

  it('should err with the error of a call that throws or rejects, and call no more', async () => {
    const failure = new Error('no');
    const errors: unknown[] = [];
    let calls = 0;
    of(1, 2)
      .pipe(
        inTurn(() => {
          calls++;
          throw failure;
        }),
      )
      .subscribe({ error: (error: unknown) => errors.push(error) });
    await new Promise<void>(resolve => {
      of(1, 2)
        .pipe(
          inTurn(async () => {
            calls++;
            await Promise.reject(failure);
          }),
        )
        .subscribe({ error: (error: unknown) => resolve(void errors.push(error)) });
    });
    expect([errors, calls]).toEqual([[failure, failure], 2]);
  });

  it('should unsubscribe the pending result when it is unsubscribed', () => {
    const waiting$ = new Subject<never>();
    const call = of(1, 2)
      .pipe(inTurn(() => waiting$))
      .subscribe();
    expect(waiting$.observed).toBe(true);
    call.unsubscribe();
    expect(waiting$.observed).toBe(false);
  });
});
