import { concatMap, ignoreElements, map, of, concat, from, timer, tap, defer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { AudioClock } from '../../lib/audio/audioClock.ts';
import { silence } from '../../lib/audio/frame.ts';
import { scriptedInput, virtualTime } from '../../lib/testing/index.ts';

/** The clock's answers after frames arrived at these times. */
const after = (arrivals: number[], ask: (clock: AudioClock) => unknown): unknown =>
  virtualTime(() => {
    const clock = new AudioClock();
    return concat(
      from(arrivals).pipe(
        concatMap((at, index) => timer(at - (arrivals[index - 1] ?? 0))),
        tap(() => clock.arrived(silence(20))),
        ignoreElements(),
      ),
      defer(() => of(ask(clock))),
    );
  }).values[0]?.value;

describe('AudioClock', () => {
  it('should return how long ago the frame that holds a position arrived', () => {
    // frames hold 0–20, 20–40, 40–60 ms; the last two came late, together
    const ask = (position: number) => after([20, 90, 90, 100], clock => clock.sinceMs(position));
    expect([ask(0), ask(19), ask(20), ask(21), ask(40), ask(60), ask(61)]).toEqual([
      80, 80, 80, 10, 10, 10, 0,
    ]);
  });

  it('should take a position beyond the audio as the newest frame', () => {
    expect(after([20, 40], clock => clock.sinceMs(Infinity))).toBe(0);
    expect(after([], clock => clock.sinceMs(10))).toBe(0);
  });

  it('should stay right for hours', () => {
    const { values } = virtualTime(() => {
      const clock = new AudioClock();
      return concat(
        scriptedInput(7_200_000).pipe(
          tap(frame => clock.arrived(frame)),
          ignoreElements(),
        ),
        defer(() => of(clock)).pipe(map(() => clock.sinceMs(7_200_000 - 30_000))),
      );
    });
    expect(values[0]?.value).toBe(30_000);
  });
});
