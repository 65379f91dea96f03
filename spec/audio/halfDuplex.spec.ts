import { asyncScheduler, concat, map, NEVER, of, take, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { frameMs } from '../../lib/audio/frame.ts';
import { halfDuplex } from '../../lib/audio/halfDuplex.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const loud = { pcm: new Int16Array(320).fill(1_000), sampleRate: 16_000 };
/** Frames of 20 ms, each when it has been recorded. */
const microphone$ = timer(20, 20).pipe(map(() => loud));

/** When the user is heard, ms, if the bot's voice sounds from one time to another. */
const heardAt = (sounds: readonly (readonly [number, number])[], tailMs?: number): number[] => {
  const { values } = virtualTime(() => {
    const soundingMs = (): number => {
      const now = asyncScheduler.now();
      return Math.max(0, ...sounds.map(([from, to]) => (now >= from ? to - now : 0)));
    };
    return microphone$.pipe(halfDuplex(soundingMs, tailMs === undefined ? {} : { tailMs }), take(40));
  });
  return values.flatMap(({ at, value }) => (value.pcm.some(sample => sample !== 0) ? [at] : []));
};
const every20 = (from: number, to: number): number[] =>
  Array.from({ length: (to - from) / 20 + 1 }, (_, index) => from + index * 20);

describe('halfDuplex', () => {
  it.each<[string, readonly (readonly [number, number])[], number | undefined, number[]]>([
    ['nothing sounds', [], undefined, every20(20, 800)],
    ['the bot speaks, and 200 ms after', [[100, 300]], undefined, [...every20(20, 80), ...every20(500, 800)]],
    ['the room has no echo', [[100, 300]], 0, [...every20(20, 80), ...every20(300, 800)]],
    [
      'there is a long gap',
      [
        [100, 200],
        [600, 640],
      ],
      100,
      [...every20(20, 80), ...every20(300, 580), ...every20(740, 800)],
    ],
    [
      'a gap is shorter than the echo',
      [
        [100, 200],
        [260, 400],
      ],
      100,
      [...every20(20, 80), ...every20(500, 800)],
    ],
    ['the bot never stops', [[0, Infinity]], 100, []],
  ])('should hear the user when %s', (_, sounds, tailMs, expected) => {
    expect(heardAt(sounds, tailMs)).toEqual(expected);
  });

  it('should keep the length and the rate of every frame', () => {
    const { values } = virtualTime(() =>
      of({ ...loud, sampleRate: 8_000 }, loud).pipe(halfDuplex(() => 1_000)),
    );
    expect(values.map(({ value }) => [frameMs(value), value.sampleRate])).toEqual([
      [40, 8_000],
      [20, 16_000],
    ]);
  });

  it('should hear again soon after a voice that was cut, however much of it was to come', () => {
    let cut = false;
    const { values } = virtualTime(() => {
      timer(150).subscribe(() => (cut = true));
      return microphone$.pipe(
        halfDuplex(() => (cut ? 0 : 60_000)),
        take(40),
      );
    });
    expect(values.findIndex(({ value }) => value.pcm[0] !== 0)).toBe((360 - 20) / 20);
  });

  it('should start afresh with each subscription, and pass on completion and errors', () => {
    let rest = 100;
    const heard$ = of(loud).pipe(halfDuplex(() => rest));
    expect(virtualTime(() => heard$).values[0]?.value.pcm[0]).toBe(0);
    rest = 0;
    expect(virtualTime(() => heard$)).toMatchObject({ values: [{ value: loud }], completedAt: 0 });
    const broken$ = throwError(() => new Error('gone'));
    expect(virtualTime(() => broken$.pipe(halfDuplex(() => 0))).failed).toEqual({
      at: 0,
      error: new Error('gone'),
    });
    expect(
      virtualTime(() => concat(of(loud), NEVER).pipe(halfDuplex(() => 0)), { until: 5 }).leftTimers,
    ).toBe(0);
    const bug$ = of(loud).pipe(
      halfDuplex(() => {
        throw new Error('a bug');
      }),
    );
    expect(virtualTime(() => bug$).failed?.error).toEqual(new Error('a bug'));
  });
});
