import { asyncScheduler, Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Configuring } from '../../../lib/providers/deepgram/configuring.ts';
import type { FluxConfiguration } from '../../../lib/providers/deepgram/fluxConfiguration.ts';
import { virtualTime } from '../../../lib/testing/index.ts';

type Happening = readonly [at: number, happen: (configuring: Configuring) => void];

/** The messages that the service receives during these events. */
const run = (...happenings: readonly Happening[]): { at: number; value: FluxConfiguration }[] => {
  const { values } = virtualTime(
    () =>
      new Observable<FluxConfiguration>(subscriber => {
        const configuring = new Configuring(configuration => subscriber.next(configuration));
        for (const [at, happen] of happenings)
          subscriber.add(asyncScheduler.schedule(() => happen(configuring), at));
      }),
    { until: 60_000 },
  );
  return [...values];
};
const eot = (eot_threshold: number): FluxConfiguration => ({ thresholds: { eot_threshold } });
const eager = (eager_eot_threshold: number): FluxConfiguration => ({ thresholds: { eager_eot_threshold } });
const both = { thresholds: { eot_threshold: 0.8, eager_eot_threshold: 0.5 } };

describe('Configuring', () => {
  it('should send a change at once, and those that come before its answer as one, of the latest values', () => {
    expect(
      run(
        [0, it => it.change(eot(0.7), true)],
        [10, it => it.change(eot(0.9), true)],
        [20, it => it.change(eager(0.5), true)],
        [30, it => it.change({ keyterms: ['one'] }, true)],
        [40, it => it.change({ ...eot(0.8), keyterms: ['two'] }, true)],
        [100, it => it.answered(true)],
      ),
    ).toEqual([
      { at: 0, value: eot(0.7) },
      { at: 100, value: { ...both, keyterms: ['two'] } },
    ]);
  });

  it('should send the next connection what was accepted, what had no answer and what came meanwhile, as one', () => {
    expect(
      run(
        [0, it => it.change({ keyterms: ['one'] }, true)],
        [10, it => it.answered(true)],
        [20, it => it.change(eot(0.8), true)],
        [30, it => it.change(eager(0.5), false)],
        [1_000, it => it.connected()],
        [1_010, it => it.answered(true)],
        [2_000, it => it.connected()],
      ).slice(2),
    ).toEqual([
      { at: 1_000, value: { keyterms: ['one'], ...both } },
      { at: 2_000, value: { keyterms: ['one'], ...both } },
    ]);
  });

  it('should forget what the service refused', () => {
    expect(
      run(
        [0, it => it.change(eot(0.8), true)],
        [10, it => it.answered(true)],
        [20, it => it.change(eot(2), true)],
        [30, it => it.answered(false)],
        [1_000, it => it.connected()],
      ).at(-1),
    ).toEqual({ at: 1_000, value: eot(0.8) });
  });

  it('should send nothing to a connection where nothing was changed', () => {
    expect(run([0, it => it.connected()], [10, it => it.answered(true)], [20, it => it.connected()])).toEqual(
      [],
    );
  });

  it('should go on after an answer that never comes', () => {
    const ticks = Array.from({ length: 40 }, (_, index): Happening => [index * 250 + 20, it => it.tick()]);
    const sent = run([0, it => it.change(eot(0.7), true)], [10, it => it.change(eot(0.8), true)], ...ticks);
    expect(sent.map(({ value }) => value)).toEqual([eot(0.7), eot(0.8)]);
    expect(sent[1]!.at).toBeGreaterThanOrEqual(5_000);
  });
});
