import {
  concat,
  EMPTY,
  finalize,
  from,
  map,
  NEVER,
  type Observable,
  Subject,
  take,
  tap,
  throwError,
} from 'rxjs';
import { concatMap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, silence } from '../../lib/audio/frame.ts';
import { withSilences } from '../../lib/conversation/withSilences.ts';
import type { SttEvent } from '../../lib/stt/stt.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const loud: AudioFrame = {
  pcm: Int16Array.from({ length: 320 }, (_, index) => (index % 2 ? 8_000 : -8_000)),
  sampleRate: 16_000,
};
/** 300 ms of silence, 400 of voice, 300 of silence, 200 of voice, in real time. */
const microphone$ = from([
  ...Array<AudioFrame>(15).fill(silence(20)),
  ...Array<AudioFrame>(20).fill(loud),
  ...Array<AudioFrame>(15).fill(silence(20)),
  ...Array<AudioFrame>(10).fill(loud),
]).pipe(concatMap(frame => timer(20).pipe(map(() => frame))));
const mute = withSilences(frame$ =>
  frame$.pipe(
    map((): SttEvent => ({ type: 'interim', text: 'x' })),
    take(0),
    frame$ => concat(frame$, NEVER),
  ),
);

describe('withSilences', () => {
  it('should report when the user may have fallen silent, and when they go on', () => {
    const { values } = virtualTime(() => microphone$.pipe(mute), { until: 3_000 });
    const types = values.map(({ value }) => value.type);
    expect(types.slice(0, 3)).toEqual(['resumed', 'speechEnd', 'resumed']);
    // The voice ends at 700 ms; 100 ms later that counts as silence.
    expect(values[1]!.at).toBeGreaterThanOrEqual(780);
    expect(values[1]!.at).toBeLessThanOrEqual(840);
  });

  it('should wait for the silence that it is given', () => {
    const patient = withSilences(
      frame$ =>
        concat(
          frame$.pipe(
            take(0),
            map((): SttEvent => ({ type: 'interim', text: '' })),
          ),
          NEVER,
        ),
      250,
    );
    const { values } = virtualTime(() => microphone$.pipe(patient), { until: 3_000 });
    expect(values.find(({ value }) => value.type === 'speechEnd')!.at).toBeGreaterThanOrEqual(930);
  });

  it('should pass on what the engine emits first, from one subscription of the audio', () => {
    const log: string[] = [];
    let subscribed = 0;
    const audio$ = microphone$.pipe(
      tap({ subscribe: () => (subscribed += 1) }),
      finalize(() => log.push('audio over')),
    );
    const engine = withSilences(frame$ =>
      frame$.pipe(map((): SttEvent => ({ type: 'interim', text: 'hi' }))),
    );
    const { values, completedAt, leftTimers } = virtualTime(() => audio$.pipe(engine));
    expect(values.filter(({ value }) => value.type === 'interim')).toHaveLength(60);
    const first = values.findIndex(({ value }) => value.type === 'resumed');
    expect(values[first - 1]).toMatchObject({ at: values[first]!.at, value: { type: 'interim' } });
    expect([subscribed, completedAt, leftTimers, log]).toEqual([1, 1_200, 0, ['audio over']]);
  });

  it('should fail with the engine, and unsubscribe the audio', () => {
    const audio$ = new Subject<AudioFrame>();
    const errors: unknown[] = [];
    audio$
      .pipe(withSilences(() => throwError(() => new Error('gone'))))
      .subscribe({ error: (error: unknown) => errors.push(error) });
    expect([errors, audio$.observed]).toEqual([[new Error('gone')], false]);
    const call = audio$.pipe(withSilences((): Observable<SttEvent> => EMPTY)).subscribe();
    call.unsubscribe();
    expect(audio$.observed).toBe(false);
  });
});
