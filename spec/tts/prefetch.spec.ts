import { concatMap, defer, EMPTY, finalize, map, NEVER, type Observable, of, range } from 'rxjs';
import { switchMap, take, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { prefetch } from '../../lib/tts/prefetch.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { marbles } from '../marbles.ts';

/** 300 ms to the first audio, then 3 s of it at once; played in real time. */
const synthesised = (starts: string[]) => (name: string) =>
  defer(() => {
    starts.push(name);
    return timer(300).pipe(
      concatMap(() => range(0, 3)),
      map(second => `${name}${second}`),
    );
  });
const play = (second$: Observable<string>) =>
  second$.pipe(concatMap(second => timer(1_000).pipe(map(() => second))));
const asItComes = <T>(result$: Observable<T>) => result$;

describe('prefetch', () => {
  it('should leave no gap between sentences', () => {
    const run = virtualTime(() => of('a', 'b', 'c').pipe(prefetch(synthesised([]), play)));
    expect(run.values.map(({ value }) => value)).toEqual([
      'a0',
      'a1',
      'a2',
      'b0',
      'b1',
      'b2',
      'c0',
      'c1',
      'c2',
    ]);
    expect(run.values.map(({ at }) => at)).toEqual([
      1_300, 2_300, 3_300, 4_300, 5_300, 6_300, 7_300, 8_300, 9_300,
    ]);
  });

  it('should work on no more than one value ahead', () => {
    const starts: string[] = [];
    virtualTime(() => of('a', 'b', 'c', 'd').pipe(prefetch(synthesised(starts), play)), { until: 3_200 });
    expect(starts).toEqual(['a', 'b']);
  });

  it('should be plain concatMap with nothing ahead', () => {
    const run = virtualTime(() => of('a', 'b').pipe(prefetch(synthesised([]), play, 0)));
    expect(run.completedAt).toBe(6_600);
  });

  it('should keep the order when later work is faster', () => {
    const work = (ms: number) => timer(ms).pipe(map(() => ms));
    const run = virtualTime(() => of(500, 10).pipe(prefetch(work, asItComes)));
    expect(run.values).toEqual([
      { at: 500, value: 500 },
      { at: 500, value: 10 },
    ]);
  });

  it('should bring an error down its line, after what came before it', () => {
    marbles(({ cold, expectObservable }) => {
      const first$ = cold('  --a---b|');
      const second$ = cold(' -c#');
      const source$ = cold('(12|)');
      const work = (value: string) => (value === '1' ? first$ : second$);
      expectObservable(source$.pipe(prefetch(work, asItComes))).toBe('--a---b(c#)');
      // the second line failed long before the first was played
    });
  });

  it('should pass a source error on', () => {
    const run = virtualTime(() => throwError(() => new Error('gone')).pipe(prefetch(() => EMPTY, asItComes)));
    expect(run.failed?.error).toEqual(new Error('gone'));
  });

  it('should make an error of work that throws', () => {
    const work = (voice: number): Observable<number> => {
      throw new Error(`no such voice: ${voice}`);
    };
    expect(virtualTime(() => of(1).pipe(prefetch(work, asItComes))).failed?.error).toEqual(
      new Error('no such voice: 1'),
    );
  });

  it('should complete with an empty source and wait with a silent one', () => {
    expect(virtualTime(() => EMPTY.pipe(prefetch(() => NEVER, asItComes))).completedAt).toBe(0);
    expect(
      virtualTime(() => NEVER.pipe(prefetch(() => NEVER, asItComes)), { until: 10 }).completedAt,
    ).toBeUndefined();
  });

  it('should stop all work in flight when it is replaced', () => {
    let running = 0;
    const work = () =>
      defer(() => {
        running++;
        return NEVER.pipe(finalize(() => running--));
      });
    marbles(({ cold, expectObservable }) => {
      const turns$ = cold<Observable<number>>('a--b', { a: of(1, 2, 3), b: EMPTY });
      expectObservable(
        turns$.pipe(switchMap(values$ => values$.pipe(prefetch(work, asItComes)))),
        '^--!',
      ).toBe('---');
    });
    expect(running).toBe(0);
  });

  it('should stop at what a consumer takes', () => {
    const starts: string[] = [];
    const run = virtualTime(() => of('a', 'b', 'c').pipe(prefetch(synthesised(starts), asItComes), take(1)));
    expect(run.completedAt).toBe(300);
    expect(starts).toEqual(['a', 'b']);
  });
});
