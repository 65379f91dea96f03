import {
  concatMap,
  filter,
  firstValueFrom,
  from,
  lastValueFrom,
  map,
  merge,
  Subscription,
  take,
  takeUntil,
  tap,
  timer,
  toArray,
} from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { concatFrames, frameMs, level, type AudioFrame } from '../../../lib/audio/frame.ts';
import type { Loading } from '../../../lib/engine.ts';
import { localTts } from '../../../lib/providers/local/localTts.ts';
import type { Tts } from '../../../lib/tts/tts.ts';

const sentence = 'I can look that up for you.';

describe('localTts', () => {
  let warm = Subscription.EMPTY;
  const warmed = (tts: Tts): Tts => {
    warm = tts.warm$!.subscribe();
    return tts;
  };
  afterEach(() => warm.unsubscribe());

  const spoken = (tts: Tts, text: string): Promise<AudioFrame[]> => lastValueFrom(tts(text).pipe(toArray()));
  const milliseconds = (frames: readonly AudioFrame[]): number => frameMs(concatFrames(frames));

  it.each(['rms', 'slt', 'awb', 'kal16'] as const)(
    'should speak a sentence with the voice %s',
    async voice => {
      const frames = await spoken(localTts({ voice }), sentence);
      expect(new Set(frames.map(({ pcm, sampleRate }) => `${pcm.length} at ${sampleRate}`))).toEqual(
        new Set(['320 at 16000']),
      );
      expect(milliseconds(frames)).toBeGreaterThan(1_200);
      expect(milliseconds(frames)).toBeLessThan(3_000);
      expect(level(concatFrames(frames))).toBeGreaterThan(0.03);
    },
  );

  it('should begin with the voice and end with a pause between sentences', async () => {
    const frames = await spoken(localTts(), 'Sure.');
    expect(level(concatFrames(frames.slice(0, 2)))).toBeGreaterThan(0.001);
    const pause = frames.slice(-8);
    expect(level(concatFrames(pause))).toBeLessThan(0.005);
    expect(level(concatFrames(frames.slice(-14, -8)))).toBeGreaterThan(level(concatFrames(pause)));
  });

  it('should speak faster and slower', async () => {
    const [slow, normal, fast] = await Promise.all(
      [0.8, 1, 1.25].map(async speed => milliseconds(await spoken(localTts({ speed }), sentence))),
    );
    expect(slow! / normal!).toBeCloseTo(1.25, 0.5);
    expect(fast! / normal!).toBeCloseTo(0.8, 0.5);
    expect(slow).toBeGreaterThan(normal!);
    expect(fast).toBeLessThan(normal!);
  });

  it.each(['', '...', '😀', '  '])('should complete with no audio for %j', async text => {
    expect(await spoken(localTts(), text)).toEqual([]);
  });

  it('should not make noise of a word without an end', async () => {
    expect(milliseconds(await spoken(localTts(), 'q'.repeat(400)))).toBeLessThan(12_000);
  });

  it('should give the first clause of a long text before it has synthesised the last', async () => {
    const tts = warmed(localTts());
    const long = Array.from(
      { length: 10 },
      () => 'Here is one more thing that I would like to tell you about.',
    ).join(' ');
    const order: string[] = [];
    await lastValueFrom(
      merge(
        tts(long).pipe(
          tap({ complete: () => order.push('long') }),
          filter(() => false),
        ),
        tts('And a short one.').pipe(tap({ complete: () => order.push('short') })),
      ),
    );
    expect(order).toEqual(['short', 'long']);
  });

  it('should serve conversations in turn, clause by clause', async () => {
    const tts = warmed(localTts({ voice: 'kal16' }));
    const long = Array.from(
      { length: 8 },
      () => 'Here is one more thing that I would like to tell you about.',
    ).join(' ');
    const from$ = (name: string) => tts(long).pipe(map(() => name));
    const frames = await lastValueFrom(merge(from$('a'), from$('b')).pipe(toArray()));
    const changes = frames.filter((name, index) => index > 0 && name !== frames[index - 1]);
    expect(changes.length).toBeGreaterThanOrEqual(6);
  });

  it('should stop in the middle of a sentence', async () => {
    expect(await lastValueFrom(localTts()(sentence).pipe(take(3), toArray()))).toHaveLength(3);
  });

  it('should give every subscriber the same sentence', async () => {
    const tts = warmed(localTts());
    const said$ = tts(sentence);
    const [once, twice] = await Promise.all([0, 1].map(() => lastValueFrom(said$.pipe(toArray()))));
    expect(twice).toEqual(once);
  });

  it('should say when it is ready, once for all who wait, and stay', async () => {
    const { warm$ } = localTts();
    const told: Loading[] = [];
    warm = warm$!.subscribe(loading => told.push(loading));
    const second = await firstValueFrom(warm$!.pipe(filter(({ progress }) => progress === 1)));
    expect(told.map(({ progress }) => progress)).toEqual([0, 1]);
    expect(second.engine).toBe('Flite text-to-speech (rms)');
    expect(warm.closed).toBe(false);
  });

  it('should leave nothing running, however early it is given up', async () => {
    const threads = (): number =>
      process.getActiveResourcesInfo().filter(resource => resource === 'MessagePort').length;
    const givenUp$ = from([0, 1, 5, 20, 60]).pipe(
      concatMap(ms => localTts()(sentence).pipe(takeUntil(timer(ms)))),
    );
    await lastValueFrom(givenUp$, { defaultValue: undefined });
    await expect.poll(threads).toBe(0);
  });

  it.each([
    [{ voice: 'hal' }, "tts.voice must be one of 'rms', 'slt', 'awb', 'kal16', but is \"hal\"."],
    [{ speed: 0 }, 'tts.speed must be a number from 0.5 (half as fast) to 2 (twice as fast), but is 0.'],
    [{ speed: Number.NaN }, 'but is NaN'],
    [{ speed: '2' }, 'tts.speed must be a number'],
  ])('should refuse %j', (options, message) => {
    expect(() => localTts(options as Parameters<typeof localTts>[0])).toThrow(message);
  });
});
