import { asyncScheduler, NEVER, Observable, of, concat } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { keptAlive } from '../../../lib/providers/socket/keptAlive.ts';
import type { SdkSocket } from '../../../lib/providers/deepgram/openSocket.ts';
import type { OpenSocket } from '../../../lib/providers/socket/wire.ts';
import { virtualTime } from '../../../lib/testing/index.ts';

/** The messages that an idle connection receives until a call takes it over. */
const idle = (
  takenOverAt = Infinity,
  { until = 20_001, keepAlive = true } = {},
): { sent: { at: number; value: string }[]; heardMs: number | undefined } => {
  let heardMs: number | undefined;
  const { values } = virtualTime(
    () =>
      new Observable<string>(subscriber => {
        const open: OpenSocket<SdkSocket> = {
          socket: { connect: () => undefined, close: () => undefined },
          sendBytes: ({ length }) => subscriber.next(`${length / 32} ms`),
          message$: NEVER,
          openMs: 0,
          end: () => undefined,
          fail: () => undefined,
        };
        const dialect = keepAlive ? { keepAlive: () => subscriber.next('KeepAlive') } : {};
        subscriber.add(
          concat(of(open), NEVER)
            .pipe(keptAlive(dialect, 16_000))
            .subscribe({
              next: ({ takeOver }) => {
                if (takenOverAt < Infinity)
                  subscriber.add(asyncScheduler.schedule(() => (heardMs = takeOver?.()), takenOverAt));
              },
              error: (error: unknown) => subscriber.error(error),
            }),
        );
      }),
    { until },
  );
  return { sent: [...values], heardMs };
};

describe('keptAlive', () => {
  it('should send a bit of silence first, and KeepAlive from then on', () => {
    expect(idle().sent).toEqual([
      { at: 4_000, value: '100 ms' },
      ...[8_000, 12_000, 16_000, 20_000].map(at => ({ at, value: 'KeepAlive' })),
    ]);
  });

  it('should never leave Nova without a message for 10 s, in an hour', () => {
    const times = [0, ...idle(Infinity, { until: 3_600_000 }).sent.map(({ at }) => at), 3_600_000];
    expect(Math.max(...times.slice(1).map((at, index) => at - times[index]!))).toBeLessThan(10_000);
  });

  it.each([
    [1_000, [], 0],
    [9_000, ['100 ms', 'KeepAlive'], 100],
  ])(
    'should stop when it is taken over at %i ms, and say how much silence it had sent',
    (at, sent, heard) => {
      const { sent: all, heardMs } = idle(at);
      expect([all.map(({ value }) => value), heardMs]).toEqual([sent, heard]);
    },
  );

  it('should leave a service alone that needs no such message', () => {
    expect(idle(1_000, { keepAlive: false })).toEqual({ sent: [], heardMs: undefined });
  });
});
