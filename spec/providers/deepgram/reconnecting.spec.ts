import { asyncScheduler, concat, defer, delay, EMPTY, NEVER, type Observable, of, startWith } from 'rxjs';
import { ignoreElements, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RxvoiceError } from '../../../lib/errors.ts';
import { Refusal } from '../../../lib/providers/socket/refusal.ts';
import { Recycled, reconnecting } from '../../../lib/providers/socket/reconnecting.ts';
import { virtualTime } from '../../../lib/testing/index.ts';

const lost = new RxvoiceError('Lost.', { stage: 'stt', retryable: true });
const failing = (error = lost): Observable<never> => throwError(() => error);
/** A connection that opens at once and is lost after a time. */
const lasting = (ms: number, error = lost): Observable<string> =>
  concat(of('open'), timer(ms).pipe(ignoreElements()), failing(error));

const run = (attempts: readonly Observable<string>[], { until = 60_000, outageMs = 20_000 } = {}) => {
  const told: string[] = [];
  let attempt = 0;
  const run = virtualTime(
    () =>
      defer(() => attempts[attempt++] ?? NEVER).pipe(
        reconnecting({ outageMs, timeoutMs: 1_000, tell: message => told.push(message) }),
      ),
    { until },
  );
  return {
    ...run,
    told,
    attempts: attempt,
    opened: run.values.flatMap(({ at, value }) => (value === 'open' ? [at] : [])),
  };
};

describe('a connection that stays', () => {
  it('should be opened again soon when it is lost, as often as it takes when each lasts', () => {
    const { opened, failed, told } = run(Array.from({ length: 5 }, () => lasting(6_000)));
    expect(failed).toBeUndefined();
    expect(opened).toHaveLength(5);
    for (const [index, at] of opened.slice(1).entries()) expect(at - opened[index]!).toBeLessThan(6_100);
    expect(told).toHaveLength(5);
  });

  it('should be opened as often as it takes when the server speaks over each for a while', () => {
    let attempt = 0;
    const message$ = (ms: number) => () => of('words').pipe(delay(ms));
    const losses = (ms: number) =>
      virtualTime(
        () =>
          defer(() => (attempt++ < 5 ? lasting(3_000) : NEVER)).pipe(
            reconnecting({
              outageMs: 20_000,
              retries: 3,
              timeoutMs: 5_000,
              message$: message$(ms),
              tell: () => undefined,
            }),
          ),
        { until: 60_000 },
      ).failed;
    expect(losses(2_500)).toBeUndefined();
    expect(attempt).toBe(6);
    attempt = 0;
    expect(losses(1_500)).toBeDefined();
    expect(attempt).toBe(3);
  });

  it('should wait longer after each failure, up to 2 s, and give up when the time is up', () => {
    const { failed, told, attempts } = run(Array.from({ length: 99 }, () => failing()));
    expect(told).toEqual(['Lost. Connecting again.']); // once an outage
    // 250 ms, 500 ms, 1 s and then 2 s, each a quarter more or less.
    expect(attempts).toBeGreaterThanOrEqual(10);
    expect(attempts).toBeLessThanOrEqual(17);
    expect(failed?.at).toBe(20_000);
    expect(failed?.error).toMatchObject({
      message: `Lost. That was the last of ${attempts} attempts in a row, over 20.0 s.`,
      stage: 'stt',
      retryable: true,
    });
  });

  it.each<[string, () => Observable<string>]>([
    ['refuses at once', () => EMPTY],
    ['takes 3 s to refuse', () => timer(3_000).pipe(ignoreElements())],
    ['opens and resets', () => concat(of('open'), timer(20).pipe(ignoreElements()))],
    ['opens and is silent for 5 s', () => concat(of('open'), timer(5_000).pipe(ignoreElements()))],
  ])('should survive 15 s in which the service %s', (_, bad) => {
    const { values, failed } = virtualTime(
      () =>
        defer(() =>
          asyncScheduler.now() < 15_000 ? concat(bad(), failing()) : NEVER.pipe(startWith('back')),
        ).pipe(reconnecting({ outageMs: 20_000, timeoutMs: 5_000, tell: () => undefined })),
      { until: 60_000 },
    );
    expect(failed).toBeUndefined();
    const back = values.find(({ value }) => value === 'back');
    expect(back?.at).toBeLessThanOrEqual(20_000);
  });

  it('should give up after the configured number of failures', () => {
    let attempts = 0;
    const { failed } = virtualTime(() =>
      defer(() => (attempts++, failing())).pipe(
        reconnecting({ outageMs: 20_000, retries: 3, timeoutMs: 1_000, tell: () => undefined }),
      ),
    );
    expect(attempts).toBe(3);
    expect(String(failed?.error)).toMatch(/last of 3 attempts/u);
  });

  it('should never ask again what was refused for good', () => {
    const refused = new RxvoiceError('Wrong key.', { stage: 'stt' });
    const { failed, attempts } = run([failing(refused)]);
    expect([failed?.at, failed?.error, attempts]).toEqual([0, refused, 1]);
    expect(run([lasting(10_000), failing(refused)]).attempts).toBe(2);
  });

  it('should wait as long as the server asks, but not longer than a call can bear', () => {
    const busy = (ms: number): Observable<never> =>
      failing(new RxvoiceError('Busy.', { retryable: true, cause: new Refusal(429, ms) }));
    expect(run([busy(3_000), lasting(9_000)]).opened).toEqual([3_000]);
    expect(run([busy(60_000)]).failed?.at).toBe(0);
  });

  it('should be exchanged without a word, and without counting', () => {
    const recycled = new Recycled('', { retryable: true });
    const { opened, told } = run([1, 2, 3, 4].map(() => lasting(100, recycled)));
    expect([opened, told]).toEqual([[0, 100, 200, 300], []]);
  });
});
