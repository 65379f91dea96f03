import fc from 'fast-check';
import {
  concat,
  from,
  map,
  NEVER,
  of,
  repeat,
  Subject,
  take,
  throwError,
  toArray,
  type Observable,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { concatFrames, silence, type AudioFrame } from '../../lib/audio/frame.ts';
import { resample, resampleFrame } from '../../lib/audio/resample.ts';

const sine = (hertz: number, sampleRate: number, ms = 1000): AudioFrame => ({
  pcm: Int16Array.from({ length: (ms * sampleRate) / 1000 }, (_, i) =>
    Math.round(16_000 * Math.sin((2 * Math.PI * hertz * i) / sampleRate)),
  ),
  sampleRate,
});

const slices = ({ pcm, sampleRate }: AudioFrame, ms = 20): AudioFrame[] => {
  const length = (ms * sampleRate) / 1000;
  return Array.from({ length: Math.ceil(pcm.length / length) }, (_, i) => ({
    pcm: pcm.subarray(i * length, (i + 1) * length),
    sampleRate,
  }));
};

const all = (frames$: Observable<AudioFrame>): AudioFrame[] => {
  let frames: AudioFrame[] | undefined;
  frames$.pipe(toArray()).subscribe(all => (frames = all));
  if (!frames) throw new Error('It did not complete at once.');
  return frames;
};

/** How much louder than the tone that went in, dB, in the middle of the output. */
const gain = ({ pcm }: AudioFrame): number => {
  const middle = pcm.subarray(pcm.length * 0.1, pcm.length * 0.9);
  const power = middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length;
  return 10 * Math.log10(power / (16_000 ** 2 / 2));
};

const run = (test: (helpers: Parameters<Parameters<TestScheduler['run']>[0]>[0]) => void): void =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);

describe('resample', () => {
  it('should pass frames that have the rate already as they are', () => {
    const frames = [silence(20), silence(7), silence(20)];
    const passed = all(from(frames).pipe(resample(16_000)));
    expect(passed).toHaveLength(3);
    passed.forEach((frame, i) => expect(frame).toBe(frames[i]));
  });

  it.each([
    [48_000, 16_000],
    [44_100, 16_000],
    [24_000, 16_000],
    [8_000, 16_000],
    [16_000, 24_000],
    [16_000, 8_000],
  ])('should keep a tone where it is and as loud, %i to %i Hz', (inputRate, sampleRate) => {
    const tone = sine(1000, inputRate);
    const expected = sine(1000, sampleRate);
    const frames = all(from(slices(tone)).pipe(resample(sampleRate)));
    const { pcm } = concatFrames(frames);

    expect(frames.every(frame => frame.sampleRate === sampleRate)).toBe(true);
    expect(pcm.length).toBe(expected.pcm.length);
    // 100 samples in: the tone begins abruptly, and a filter rounds that off.
    for (let i = 100; i < pcm.length - 100; i++) expect(Math.abs(pcm[i]! - expected.pcm[i]!)).toBeLessThan(8);
  });

  it('should let through the voice band and nothing that would fold back into it', () => {
    const from48 = (hertz: number): number => gain(resampleFrame(sine(hertz, 48_000), 16_000));
    expect(from48(100)).toBeCloseTo(0, 1);
    expect(from48(6000)).toBeCloseTo(0, 1);
    expect(from48(7000)).toBeGreaterThan(-0.5);
    expect(from48(8500)).toBeLessThan(-80);
    expect(from48(10_000)).toBeLessThan(-80);
  });

  it('should wait no more than 5 ms', () => {
    for (const rate of [48_000, 44_100, 24_000, 8_000]) {
      const [first] = all(of(silence(20, rate)).pipe(resample(16_000)));
      expect(first!.pcm.length).toBeGreaterThanOrEqual(320 - 80);
    }
  });

  it('should give the same sound however the input is cut', () => {
    const clip = sine(440, 48_000, 200);
    const whole = resampleFrame(clip, 16_000);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 20 }), lengths => {
        const frames: AudioFrame[] = [];
        let at = 0;
        for (let i = 0; at < clip.pcm.length; i++) {
          const length = Math.max(1, lengths[i % lengths.length]!);
          frames.push({ pcm: clip.pcm.subarray(at, at + length), sampleRate: 48_000 });
          at += length;
        }
        expect(concatFrames(all(from(frames).pipe(resample(16_000)))).pcm).toEqual(whole.pcm);
      }),
      { numRuns: 30 },
    );
  });

  it('should go on when the rate changes midway, with nothing lost', () => {
    const frames = [
      ...slices(sine(300, 48_000, 100)),
      ...slices(sine(300, 16_000, 100)),
      ...slices(sine(300, 8000, 100)),
    ];
    expect(concatFrames(all(from(frames).pipe(resample(16_000)))).pcm.length).toBe(4800);
  });

  it('should take a long clip in one piece', () => {
    expect(resampleFrame(sine(440, 8000, 60_000), 48_000).pcm.length).toBe(60 * 48_000);
    const same = silence(20);
    expect(resampleFrame(same, 16_000)).toBe(same);
  });

  it('should be usable by several subscribers, each with a state of its own', () => {
    const source$ = new Subject<AudioFrame>();
    const resampled$ = source$.pipe(
      resample(16_000),
      map(({ pcm }) => [...pcm]),
    );
    const [first, second]: number[][][] = [[], []];
    resampled$.subscribe(pcm => first!.push(pcm));
    resampled$.subscribe(pcm => second!.push(pcm));
    for (const frame of slices(sine(440, 48_000, 100))) source$.next(frame);
    source$.complete();
    expect(second).toEqual(first);
  });

  it('should keep order when a frame is pushed while another is delivered', () => {
    const source$ = new Subject<AudioFrame>();
    const [one, two] = slices(sine(440, 48_000, 40));
    let samples = 0;
    source$.pipe(resample(16_000)).subscribe(({ pcm }) => {
      samples += pcm.length;
      if (samples === pcm.length) source$.next(two!);
    });
    source$.next(one!);
    source$.complete();
    expect(samples).toBe(640);
  });

  it('should complete with an empty source, stay silent with a silent one and pass an error', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const empty$ = cold<AudioFrame>('  --|');
      const never$ = cold<AudioFrame>('  ---');
      const failing$ = cold<AudioFrame>('--#');
      expectObservable(empty$.pipe(resample(8000))).toBe('  --|');
      expectObservable(never$.pipe(resample(8000)), '---!').toBe('---');
      expectObservable(failing$.pipe(resample(8000))).toBe('--#');
      expectSubscriptions(empty$.subscriptions).toBe('  ^-!');
      expectSubscriptions(never$.subscriptions).toBe('  ^--!');
      expectSubscriptions(failing$.subscriptions).toBe('^-!');
    });
  });

  it('should give the rest in the tick in which the source completes', () => {
    run(({ cold, expectObservable }) => {
      const source$ = cold('a-a-|', { a: silence(20, 48_000) });
      expectObservable(
        source$.pipe(
          resample(16_000),
          map(({ pcm }) => pcm.length),
        ),
      ).toBe('a-b-(c|)', { a: 280, b: 320, c: 40 });
    });
  });

  it('should stop an endless source when no more is wanted', () => {
    expect(all(of(silence(20, 48_000)).pipe(repeat(), resample(16_000), take(3)))).toHaveLength(3);
  });

  it('should refuse rates that make no sense', () => {
    expect(() => resample(Number.NaN)).toThrow('whole number of Hz');
    const errors: unknown[] = [];
    of({ pcm: new Int16Array(3), sampleRate: 0 })
      .pipe(resample(16_000))
      .subscribe({ error: (error: unknown) => errors.push(error) });
    expect(String(errors[0])).toContain('but got 0');
  });

  it('should give its memory back however a subscription ends', () => {
    const frame = silence(20, 384_000);
    const ends = [
      of(frame),
      concat(
        of(frame),
        throwError(() => new Error('gone')),
      ),
      concat(of(frame), NEVER),
      of(frame, silence(20, 383_999), frame),
    ];
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 400; i++) {
      // One of these filters holds over 100 kB, outside the JavaScript heap.
      ends[i % 4]!.pipe(resample(1000))
        .subscribe({ error: () => undefined })
        .unsubscribe();
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });
});
