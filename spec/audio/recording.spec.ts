import { concat, ignoreElements, merge, of, timer, map, concatMap, from } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, silence } from '../../lib/audio/frame.ts';
import { paced } from '../../lib/audio/paced.ts';
import { type Recording, recording } from '../../lib/audio/recording.ts';
import { toOutput } from '../../lib/audio/toOutput.ts';
import { scriptedInput, virtualTime } from '../../lib/testing/index.ts';

const tone = (ms: number, value: number, sampleRate = 16_000): AudioFrame => ({
  pcm: silence(ms, sampleRate).pcm.fill(value),
  sampleRate,
});
const speaker = toOutput({ write: () => undefined });
const speech = (ms: number, sampleRate = 16_000) =>
  from(Array.from({ length: ms / 20 }, () => tone(20, 2_000, sampleRate))).pipe(paced({ leadMs: 200 }));

/** When a side is heard, ms. */
function heard(recorder: Recording, side: 0 | 1): [number, number][] {
  const bytes = recorder.wav();
  const both = new Int16Array(bytes.buffer, 44);
  const spans: [number, number][] = [];
  for (let index = 0; index < both.length / 2; index++) {
    if (Math.abs(both[index * 2 + side]!) < 500) continue;
    const last = spans.at(-1);
    if (last && index - last[1] < 32) last[1] = index + 1;
    else spans.push([index, index + 1]);
  }
  return spans.map(([from, to]) => [Math.round(from / 16), Math.round(to / 16)]);
}

describe('recording', () => {
  it('should place both sides where they were heard', () => {
    const recorder = recording();
    virtualTime(() =>
      merge(
        recorder.input(
          concat(scriptedInput(1_000), timer(20).pipe(map(() => tone(20, 1_000))), scriptedInput(2_000)),
        ),
        timer(400).pipe(concatMap(() => recorder.output(speaker)(speech(600)))),
      ).pipe(ignoreElements()),
    );
    expect(heard(recorder, 0)).toEqual([[1_000, 1_020]]);
    expect(heard(recorder, 1)).toEqual([[400, 1_000]]);
  });

  it('should not hold what was cut, though it had been handed over', () => {
    const recorder = recording();
    virtualTime(() => merge(recorder.input(scriptedInput(5_000)), recorder.output(speaker)(speech(3_000))), {
      until: 1_230,
    });
    expect(heard(recorder, 1)).toEqual([[0, 1_230]]);
  });

  it('should bring a voice of another rate to its own', () => {
    const recorder = recording();
    virtualTime(() =>
      merge(recorder.input(scriptedInput(1_000)), recorder.output(speaker)(speech(600, 24_000))),
    );
    const [[from, to]] = heard(recorder, 1) as [[number, number]];
    expect(from).toBeLessThanOrEqual(3);
    expect(Math.abs(to - 600)).toBeLessThanOrEqual(5);
  });

  it('should keep pauses of the input, when nothing arrives', () => {
    const recorder = recording();
    virtualTime(() =>
      recorder.input(concat(of(tone(20, 1_000)), timer(500).pipe(map(() => tone(20, 1_000))))),
    );
    expect(heard(recorder, 0)).toEqual([
      [0, 20],
      [480, 500],
    ]);
  });
});
