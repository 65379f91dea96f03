import { concat, delay, interval, map, merge, NEVER, type Observable, of, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, frameMs, silence } from '../../lib/audio/frame.ts';
import type { Playback } from '../../lib/audio/output.ts';
import type { OpenLoudspeaker } from '../../lib/devices/openLoudspeaker.ts';
import { playing } from '../../lib/devices/playing.ts';
import { virtualTime } from '../../lib/testing/index.ts';

/** A loudspeaker by the clock: every 20 ms it has played 20 ms more of its audio. */
function loudspeaker(): OpenLoudspeaker & { readonly sent: AudioFrame[] } {
  const sent: AudioFrame[] = [];
  const sentMs = (): number => sent.reduce((sum, frame) => sum + frameMs(frame), 0);
  let heardMs = 0;
  return {
    sent,
    get sentMs() {
      return sentMs();
    },
    heardMs$: interval(20).pipe(map(() => (heardMs = Math.min(sentMs(), heardMs + 20)))),
    send: frame => void sent.push(frame),
    free: () => undefined,
  };
}

/** Frames with distinct samples. */
const frames = [1, 2, 3, 4, 5].map(value => ({ ...silence(), pcm: new Int16Array(320).fill(value) }));
const numbers = (sent: readonly AudioFrame[]): number[] => sent.map(({ pcm }) => pcm[0]!);
const times = (run: { readonly values: readonly { readonly at: number; readonly value: Playback }[] }) =>
  run.values.map(({ at, value }) => [at, value.playedMs]);

describe('playing', () => {
  const cuts = (): { readonly cut: () => void; readonly count: () => number } => {
    let count = 0;
    return { cut: () => (count += 1), count: () => count };
  };

  it('should report how much is heard, and complete when all of it was', () => {
    const { cut, count } = cuts();
    const run = virtualTime(() => playing(of(...frames), concat(of(loudspeaker()), NEVER), cut));
    expect(times(run)).toEqual([20, 40, 60, 80, 100].map(ms => [ms, ms]));
    expect([run.completedAt, run.leftTimers, count()]).toEqual([100, 0, 0]);
  });

  it('should complete at once when there is nothing to say', () => {
    const run = virtualTime(() => playing(of(), concat(of(loudspeaker()), NEVER), () => undefined));
    expect([run.values, run.completedAt]).toEqual([[], 0]);
  });

  it('should count a reply from its own beginning on a line that others have used', () => {
    const line = loudspeaker();
    const run = virtualTime(() => {
      for (const frame of frames) line.send(frame);
      // All of the earlier reply has been heard.
      const used: OpenLoudspeaker = {
        ...line,
        heardMs$: line.heardMs$.pipe(map(ms => ms + 100)),
        sentMs: 100,
      };
      return playing(of(...frames), concat(of(used), NEVER), () => undefined);
    });
    expect(times(run).at(0)).toEqual([20, 20]);
    expect(run.completedAt).toBe(100);
  });

  it('should wait for a line that is still opening', () => {
    const loudspeaker$ = merge(of(undefined), timer(500).pipe(map(() => loudspeaker())), NEVER);
    const run = virtualTime(() => playing(of(...frames), loudspeaker$, () => undefined));
    expect([times(run)[0], run.completedAt]).toEqual([[520, 20], 600]);
  });

  it('should say on the next line what was not heard when one broke', () => {
    const [first, second] = [loudspeaker(), loudspeaker()];
    const loudspeaker$: Observable<OpenLoudspeaker | undefined> = merge(
      of(first),
      timer(50).pipe(map(() => undefined)),
      timer(1_000).pipe(map(() => second)),
      NEVER,
    );
    const run = virtualTime(() => playing(of(...frames), loudspeaker$, () => undefined));
    expect(numbers(second.sent)).toEqual([3, 4, 5]);
    expect(times(run)).toEqual([
      [20, 20],
      [40, 40],
      [1_020, 60],
      [1_040, 80],
      [1_060, 100],
    ]);
    expect(run.completedAt).toBe(1_060);
  });

  it('should fail when the line does not come back in time, however often it is tried', () => {
    const { cut, count } = cuts();
    const loudspeaker$ = merge(of(loudspeaker()), timer(50, 1_000).pipe(map(() => undefined)), NEVER);
    const run = virtualTime(() => playing(of(...frames), loudspeaker$, cut));
    expect(run.failed).toMatchObject({ at: 3_050, error: { stage: 'output', retryable: true } });
    expect([run.leftTimers, count()]).toEqual([0, 1]);
  });

  it('should cut the line when it is cut, but not when there is nothing left to be heard', () => {
    const { cut, count } = cuts();
    virtualTime(() => playing(of(...frames), concat(of(loudspeaker()), NEVER), cut), { until: 50 });
    expect(count()).toBe(1);
    const pausing$ = concat(of(...frames), NEVER);
    const run = virtualTime(() => playing(pausing$, concat(of(loudspeaker()), NEVER), cut), { until: 500 });
    expect([count(), run.leftTimers]).toEqual([1, 0]);
  });

  it('should pass the errors of the speech and of the line on', () => {
    const failing = (at: number): Observable<never> =>
      timer(at).pipe(
        map(() => {
          throw new Error('gone');
        }),
      );
    const loudspeaker$ = concat(of(loudspeaker()), NEVER);
    const speech = virtualTime(() =>
      playing(merge(of(...frames), failing(30)), loudspeaker$, () => undefined),
    );
    expect(speech.failed).toMatchObject({ at: 30, error: { message: 'gone' } });
    const line = virtualTime(() => playing(of(...frames), failing(30), () => undefined));
    expect(line.failed).toMatchObject({ at: 30, error: { message: 'gone' } });
  });

  it('should refuse to keep more than five minutes', () => {
    const hour$ = of({ ...silence(), pcm: new Int16Array(16_000 * 301) });
    const run = virtualTime(() => playing(hour$, NEVER, () => undefined));
    expect(run.failed).toMatchObject({ at: 0, error: { stage: 'output' } });
  });

  it('should play speech as it comes', () => {
    const slow$ = merge(...frames.map((frame, index) => of(frame).pipe(delay(index * 100))));
    const line = loudspeaker();
    const run = virtualTime(() =>
      playing(
        slow$.pipe(tap({ complete: () => expect(line.sent).toHaveLength(5) })),
        concat(of(line), NEVER),
        () => undefined,
      ),
    );
    expect(run.completedAt).toBe(420);
  });
});
