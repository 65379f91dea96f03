import { asyncScheduler, range, take, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { retryBeforeFirst } from '../../../lib/providers/http/retryBeforeFirst.ts';

const run: TestScheduler['run'] = callback =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(callback);

/** An error that carries a server's `Retry-After`. */
const asking = (headers: Record<string, string>) =>
  Object.assign(new Error('refused'), { headers: new Headers(headers) });
const soon = asking({ 'retry-after-ms': '10' });
const always = () => true;

describe('retryBeforeFirst', () => {
  it('should pass what comes, also nothing and never', () => {
    run(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source$ = hot('-a-b-|');
      expectObservable(source$.pipe(retryBeforeFirst({ retries: 2 }, always))).toBe('-a-b-|');
      expectSubscriptions(source$.subscriptions).toBe('^----!');
      expectObservable(cold('-|').pipe(retryBeforeFirst({ retries: 2 }, always))).toBe('-|');
      expectObservable(cold('-').pipe(retryBeforeFirst({ retries: 2 }, always))).toBe('-');
    });
  });

  it('should subscribe again after the wait that was asked for, as often as allowed', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-#', undefined, soon);
      expectObservable(source$.pipe(retryBeforeFirst({ retries: 2 }, always))).toBe(
        '- 11ms 11ms #',
        undefined,
        soon,
      );
      expectSubscriptions(source$.subscriptions).toBe(['^!', '- 10ms ^!', '- 10ms - 10ms ^!']);
    });
  });

  it('should not wait before the first attempt after a connection that was kept open was gone', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
      const gone = new TypeError('fetch failed', { cause: reset });
      const source$ = cold('#', undefined, gone);
      expectObservable(source$.pipe(retryBeforeFirst({ retries: 1 }, always))).toBe('#', undefined, gone);
      expectSubscriptions(source$.subscriptions).toBe(['(^!)', '(^!)']);
    });
  });

  it('should pass an error at once after the first value', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a-#', undefined, soon);
      expectObservable(source$.pipe(retryBeforeFirst({ retries: 2 }, always))).toBe('-a-#', undefined, soon);
      expectSubscriptions(source$.subscriptions).toBe('^--!');
    });
  });

  it('should pass an error at once that is not worth another attempt', () => {
    run(({ cold, expectObservable }) => {
      const source$ = cold('-#', undefined, soon);
      expectObservable(source$.pipe(retryBeforeFirst({ retries: 2 }, () => false))).toBe(
        '-#',
        undefined,
        soon,
      );
    });
  });

  it('should understand waits in seconds and as a date, and refuse ones longer than the time there is', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      for (const [headers, subscriptions] of [
        [{ 'retry-after': '2' }, ['(^!)', '2000ms (^!)']],
        [{ 'retry-after': new Date(3000).toUTCString() }, ['(^!)', '3000ms (^!)']],
        [{ 'retry-after': new Date(0).toUTCString() }, ['(^!)', '(^!)']],
        [{ 'retry-after': '6' }, ['(^!)', '6000ms (^!)']],
        [{ 'retry-after': '21' }, ['(^!)']],
      ] as const) {
        const source$ = cold('#', undefined, asking(headers));
        expectObservable(source$.pipe(retryBeforeFirst({ retries: 1 }, always))).toBe(
          subscriptions.length === 1 ? '#' : subscriptions[1].replace('(^!)', '#'),
          undefined,
          asking(headers),
        );
        expectSubscriptions(source$.subscriptions).toBe([...subscriptions]);
      }
    });
  });

  it('should back off exponentially, with jitter, where no wait is asked for', () => {
    const times: number[] = [];
    run(({ cold, flush }) => {
      const source$ = cold('#');
      source$.pipe(retryBeforeFirst({ retries: 3 }, always)).subscribe({ error: () => undefined });
      flush();
      times.push(...source$.subscriptions.map(({ subscribedFrame }) => subscribedFrame));
    });
    const waits = times.slice(1).map((time, index) => time - times[index]!);
    expect(waits).toHaveLength(3);
    waits.forEach((wait, index) => {
      expect(wait).toBeGreaterThanOrEqual(0.75 * 250 * 2 ** index);
      expect(wait).toBeLessThanOrEqual(1.25 * 250 * 2 ** index);
    });
  });

  it('should go on for a time where no count is given, and wait no longer than 2.5 s at once', () => {
    const times: number[] = [];
    run(({ cold, flush }) => {
      const source$ = cold('#');
      source$.pipe(retryBeforeFirst({}, always)).subscribe({
        error: (error: unknown) => times.push(asyncScheduler.now(), error === 'error' ? 1 : 0),
      });
      flush();
      times.unshift(...source$.subscriptions.map(({ subscribedFrame }) => subscribedFrame));
    });
    const starts = times.slice(0, -2);
    expect(starts.length).toBeGreaterThan(7);
    // The last one is made when the time is up: a server that is back by then is found.
    expect(starts.at(-1)).toBe(20_000);
    expect(Math.max(...starts.slice(1).map((time, index) => time - starts[index]!))).toBeLessThanOrEqual(
      2_500,
    );
  });

  it.each([
    ['refuses at once', 0, [20_000, 20_000]],
    ['never answers', 10_000, [20_000, 23_000]],
  ])(
    'should make one more attempt when the time is up, and no other: a server that %s',
    (_, failsAfterMs, [least, most]) => {
      const starts: number[] = [];
      run(({ cold, flush }) => {
        const source$ = cold(`${failsAfterMs}ms #`);
        source$.pipe(retryBeforeFirst({}, always)).subscribe({ error: () => undefined });
        flush();
        starts.push(...source$.subscriptions.map(({ subscribedFrame }) => subscribedFrame));
      });
      expect(starts.at(-1)).toBeGreaterThanOrEqual(least!);
      expect(starts.at(-1)).toBeLessThanOrEqual(most!);
      expect(starts.filter(at => at >= 20_000)).toHaveLength(1);
    },
  );

  it('should not ask a server that allows it at once over and over', () => {
    run(({ cold, flush }) => {
      const source$ = cold('#', undefined, asking({ 'retry-after': '0' }));
      source$.pipe(retryBeforeFirst({ retryForMs: 1_000 }, always)).subscribe({ error: () => undefined });
      flush();
      expect(source$.subscriptions.map(({ subscribedFrame }) => subscribedFrame)).toEqual([
        0, 0, 0, 250, 500, 750, 1_000,
      ]);
    });
  });

  it('should pass the number of failed attempts to its callback', () => {
    run(({ cold, expectSubscriptions, expectObservable }) => {
      const source$ = cold('-#', undefined, soon);
      expectObservable(source$.pipe(retryBeforeFirst({}, (_, failed) => failed === 1))).toBe(
        '- 11ms #',
        undefined,
        soon,
      );
      expectSubscriptions(source$.subscriptions).toBe(['^!', '- 10ms ^!']);
    });
  });

  it('should not subscribe again when unsubscribed while it waits', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-#', undefined, soon);
      expectObservable(source$.pipe(retryBeforeFirst({ retries: 2 }, always)), '^ 5ms !').toBe('-');
      expectSubscriptions(source$.subscriptions).toBe('^!');
    });
  });

  it('should count the attempts of each subscription by themselves', () => {
    const source$ = throwError(() => asking({ 'retry-after-ms': '0' })).pipe(
      retryBeforeFirst({ retries: 1 }, always),
    );
    run(({ expectObservable }) => {
      expectObservable(source$).toBe('#', undefined, asking({ 'retry-after-ms': '0' }));
      expectObservable(source$).toBe('#', undefined, asking({ 'retry-after-ms': '0' }));
    });
  });

  it('should pass an error of its own callback, and errors that are no objects', () => {
    run(({ cold, expectObservable }) => {
      const broken = () => {
        throw new Error('broken');
      };
      expectObservable(cold('#', undefined, 'text').pipe(retryBeforeFirst({ retries: 1 }, broken))).toBe(
        '#',
        undefined,
        new Error('broken'),
      );
      expectObservable(cold('#', undefined, 'text').pipe(retryBeforeFirst({ retries: 0 }, always))).toBe(
        '#',
        undefined,
        'text',
      );
    });
  });

  it('should stop a synchronous source when enough was taken', () => {
    run(({ expectObservable }) => {
      expectObservable(range(1, Infinity).pipe(retryBeforeFirst({ retries: 1 }, always), take(2))).toBe(
        '(ab|)',
        {
          a: 1,
          b: 2,
        },
      );
    });
  });
});
