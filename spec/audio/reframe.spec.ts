import fc from 'fast-check';
import { from, map, of, repeat, Subject, take, toArray, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { concatFrames, silence, type AudioFrame } from '../../lib/audio/frame.ts';
import { reframe } from '../../lib/audio/reframe.ts';

/** Samples 1, 2, 3 … at 1,000 Hz: a sample is a millisecond. */
const ramp = (length: number, first = 1, sampleRate = 1000): AudioFrame => ({
  pcm: Int16Array.from({ length }, (_, i) => first + i),
  sampleRate,
});

const all = <Value>(value$: Observable<Value>): Value[] => {
  let values: Value[] | undefined;
  value$.pipe(toArray()).subscribe(all => (values = all));
  if (!values) throw new Error('It did not complete at once.');
  return values;
};

const samples = map(({ pcm }: AudioFrame) => [...pcm]);

const run = (test: Parameters<TestScheduler['run']>[0]): void =>
  void new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);

describe('reframe', () => {
  it('should emit frames of 20 ms by default', () => {
    expect(all(of(silence(50)).pipe(reframe())).map(({ pcm }) => pcm.length)).toEqual([320, 320, 160]);
  });

  it('should pass a frame of the right length as it is', () => {
    const frames = [silence(20), silence(20)];
    const passed = all(from(frames).pipe(reframe()));
    passed.forEach((frame, i) => expect(frame).toBe(frames[i]));
  });

  it('should cut a long frame into views of it', () => {
    const frame = ramp(5);
    const pieces = all(of(frame).pipe(reframe(2)));
    expect(pieces.map(({ pcm }) => [...pcm])).toEqual([[1, 2], [3, 4], [5]]);
    expect(pieces[0]!.pcm.buffer).toBe(frame.pcm.buffer);
  });

  it('should join short frames', () => {
    expect(all(of(ramp(1), ramp(1, 2), ramp(3, 3)).pipe(reframe(2), samples))).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('should fill up the last frame with silence when asked to', () => {
    expect(all(of(ramp(3)).pipe(reframe(2, { pad: true }), samples))).toEqual([
      [1, 2],
      [3, 0],
    ]);
  });

  it('should start a new frame when the sample rate changes', () => {
    const frames = all(of(ramp(3), ramp(4, 11, 2000)).pipe(reframe(2)));
    expect(frames).toEqual([ramp(2), ramp(1, 3), ramp(4, 11, 2000)]);
  });

  it('should give the same frames however the input is cut', () => {
    const clip = ramp(500);
    const whole = all(of(clip).pipe(reframe(20)));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1 }), lengths => {
        const frames: AudioFrame[] = [];
        for (let at = 0, i = 0; at < 500; i++) {
          const length = lengths[i % lengths.length]! || i % 2;
          frames.push({ pcm: clip.pcm.subarray(at, at + length), sampleRate: 1000 });
          at += length;
        }
        expect(all(from(frames).pipe(reframe(20)))).toEqual(whole);
      }),
    );
  });

  it('should not change a frame after it was handed on', () => {
    const frames = all(of(ramp(3), ramp(3, 4), ramp(3, 7)).pipe(reframe(2)));
    expect([...concatFrames(frames).pcm]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('should give a frame as soon as it is full', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('   abc--|  ', { a: ramp(1), b: ramp(2, 2), c: ramp(2, 4) });
      const expected = '       -bc--(d|)';
      const values = { b: [1, 2], c: [3, 4], d: [5] };
      expectObservable(source$.pipe(reframe(2), samples)).toBe(expected, values);
      expectSubscriptions(source$.subscriptions).toBe('^----!');
    });
  });

  it('should complete with an empty source, stay silent with a silent one and pass an error at once', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const empty$ = cold<AudioFrame>('  --|');
      const never$ = cold<AudioFrame>('  ---');
      const failing$ = cold<AudioFrame>('a-#', { a: ramp(1) });
      expectObservable(empty$.pipe(reframe(2))).toBe('         --|');
      expectObservable(never$.pipe(reframe(2)), '---!').toBe(' ---');
      expectObservable(failing$.pipe(reframe(2))).toBe('       --#');
      expectSubscriptions(empty$.subscriptions).toBe('  ^-!');
      expectSubscriptions(never$.subscriptions).toBe('  ^--!');
      expectSubscriptions(failing$.subscriptions).toBe('^-!');
    });
  });

  it('should give each subscriber frames of its own', () => {
    const framed$ = of(ramp(1), ramp(2, 2)).pipe(reframe(2), samples);
    expect(all(framed$)).toEqual(all(framed$));
  });

  it('should keep order when a frame is pushed while another is delivered', () => {
    const source$ = new Subject<AudioFrame>();
    const heard: number[][] = [];
    source$.pipe(reframe(2), samples).subscribe({
      next: pcm => {
        heard.push(pcm);
        if (pcm[0] === 1) {
          source$.next(ramp(3, 6));
          source$.complete();
        }
      },
      complete: () => heard.push([]),
    });
    source$.next(ramp(5));
    expect(heard).toEqual([[1, 2], [3, 4], [5, 6], [7, 8], []]);
  });

  it('should stop an endless source, and in the middle of a long frame, when no more is wanted', () => {
    expect(all(of(ramp(3)).pipe(repeat(), reframe(2), take(4)))).toHaveLength(4);
    expect(all(of(silence(60_000)).pipe(reframe(), take(2)))).toHaveLength(2);
  });

  it.each([0, -16_000, Number.NaN, Infinity])(
    'should fail where a frame has a sample rate of %d',
    sampleRate => {
      const errors: unknown[] = [];
      of({ pcm: new Int16Array(5), sampleRate })
        .pipe(reframe())
        .subscribe({ error: (error: unknown) => errors.push(error) });
      expect(String(errors)).toContain(
        `a sampleRate of ${sampleRate}: expected samples a second, e.g. 16000`,
      );
    },
  );

  it('should refuse a length that makes no sense', () => {
    expect(() => reframe(0)).toThrow('but got 0');
    expect(() => reframe(Number.NaN)).toThrow('e.g. 20');
  });
});
