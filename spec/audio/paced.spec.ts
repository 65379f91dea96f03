import { concat, defer, EMPTY, from, map, NEVER, of, Subject, take, takeUntil, tap, throwError } from 'rxjs';
import { timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { silence } from '../../lib/audio/frame.ts';
import { paced } from '../../lib/audio/paced.ts';
import { Playhead } from '../../lib/audio/playhead.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { marbles } from '../marbles.ts';

const frame = silence(20);
const frames = (count: number) => from(Array.from({ length: count }, () => frame));
const times = (run: ReturnType<typeof virtualTime>) => run.values.map(({ at }) => at);

describe('paced', () => {
  it('should hand on a recording at the pace of real time', () => {
    const run = virtualTime(() => frames(5).pipe(paced()));
    expect(times(run)).toEqual([0, 20, 40, 60, 80]);
    expect(run.completedAt).toBe(80);
  });

  it('should run ahead by the lead, and no further', () => {
    const run = virtualTime(() => frames(6).pipe(paced({ leadMs: 60 })));
    expect(times(run)).toEqual([0, 0, 0, 0, 20, 40]);
  });

  it('should pass a source in real time on as it comes', () => {
    const live$ = timer(0, 20).pipe(
      take(4),
      map(() => frame),
    );
    expect(times(virtualTime(() => live$.pipe(paced())))).toEqual([0, 20, 40, 60]);
  });

  it('should continue at once after a gap, without making up for it', () => {
    const gap$ = concat(frames(2), timer(1_000).pipe(map(() => frame)), frames(1));
    expect(times(virtualTime(() => gap$.pipe(paced())))).toEqual([0, 20, 1_000, 1_020]);
  });

  it('should play two streams with one playhead end to end', () => {
    const run = virtualTime(() => {
      const playhead = new Playhead();
      const play = () => frames(3).pipe(paced({ playhead, leadMs: 40 }));
      return concat(play(), play());
    });
    expect(times(run)).toEqual([0, 0, 0, 20, 40, 60]);
  });

  it('should not drift: a minute takes a minute also in odd sizes', () => {
    const odd = silence(7.5);
    const run = virtualTime(() => from(Array.from({ length: 8_000 }, () => odd)).pipe(paced()));
    expect(run.completedAt).toBe(60_000 - 7); // the last frame is handed on 7.5 ms before its end, in whole ms
  });

  it('should complete with an empty source and wait with a silent one', () => {
    expect(virtualTime(() => EMPTY.pipe(paced())).completedAt).toBe(0);
    expect(virtualTime(() => NEVER.pipe(paced()), { until: 100 }).completedAt).toBeUndefined();
  });

  it('should pass an error on at once', () => {
    const run = virtualTime(() =>
      concat(
        frames(3),
        throwError(() => new Error('gone')),
      ).pipe(paced()),
    );
    expect(times(run)).toEqual([0]);
    expect(run.failed?.at).toBe(0);
  });

  it('should unsubscribe the source and its timer when unsubscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('(aaaa)-', { a: frame });
      expectObservable(source$.pipe(paced()), '^ 29ms !').toBe('a 19ms a', { a: frame });
      expectSubscriptions(source$.subscriptions).toBe('^ 29ms !');
    });
  });

  it('should stop a firehose', () => {
    let handed = 0;
    const run = virtualTime(() =>
      frames(1_000).pipe(
        paced({ leadMs: Infinity }),
        tap(() => handed++),
        take(2),
      ),
    );
    expect(run.values).toHaveLength(2);
    expect(handed).toBe(2);
  });

  it('should keep the order when a consumer feeds the source', () => {
    const source$ = new Subject<typeof frame>();
    const second = silence(20);
    const seen: unknown[] = [];
    const subscription = source$.pipe(paced({ leadMs: 100 })).subscribe(value => {
      seen.push(value);
      if (seen.length === 1) source$.next(second);
      seen.push('handled');
    });
    source$.next(frame);
    subscription.unsubscribe();
    expect(seen).toEqual([frame, 'handled', second, 'handled']);
  });

  it('should leave no timer when it is stopped before its source has begun', () => {
    const stop$ = new Subject<void>();
    const source$ = defer(() => {
      stop$.next();
      return of(frame, frame);
    });
    const paced$ = defer(() => {
      const playhead = new Playhead();
      playhead.hand(1_000, 0); // so that the first frame has to wait
      return source$.pipe(paced({ playhead }), takeUntil(stop$));
    });
    expect(virtualTime(() => paced$).leftTimers).toBe(0);
  });

  it('should start again for each subscription', () => {
    const paced$ = of(frame, frame).pipe(paced());
    expect(times(virtualTime(() => concat(paced$, paced$)))).toEqual([0, 20, 20, 40]);
  });
});
