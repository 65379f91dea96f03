import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, ignoreElements, of, timer } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { type AudioFrame, frameMs, silence } from '../../lib/audio/frame.ts';
import { paced } from '../../lib/audio/paced.ts';
import { readWav, writeWav } from '../../lib/audio/wav.ts';
import { wavInput } from '../../lib/node/wavInput.ts';
import { wavOutput } from '../../lib/node/wavOutput.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'rxvoice-wav-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const tone = (ms: number): AudioFrame => ({ ...silence(ms), pcm: silence(ms).pcm.fill(1_000) });

describe('wavInput', () => {
  const path = join(folder, 'in.wav');
  writeFileSync(path, writeWav(tone(90)));

  it('should be heard as if spoken now: 20 ms frames in real time', () => {
    const { values, completedAt } = virtualTime(() => wavInput(path));
    expect(values.map(({ at, value }) => [at, frameMs(value)])).toEqual([
      [0, 20],
      [20, 20],
      [40, 20],
      [60, 20],
      [80, 10],
    ]);
    expect(completedAt).toBe(80);
  });

  it('should be read at once when real time does not matter', () => {
    expect(virtualTime(() => wavInput(path, { realTime: false })).completedAt).toBe(0);
  });

  it('should fail with the path and the reason', () => {
    const { failed } = virtualTime(() => wavInput(join(folder, 'nothing.wav')));
    expect(failed?.error).toMatchObject({ stage: 'input' });
    expect(String(failed?.error)).toMatch(/nothing\.wav.*ENOENT/u);
  });
});

describe('wavOutput', () => {
  const path = join(folder, 'out.wav');
  const loudMs = (): [from: number, to: number][] => {
    const { pcm } = readWav(readFileSync(path));
    const spans: [number, number][] = [];
    pcm.forEach((sample, index) => {
      const last = spans.at(-1);
      if (sample !== 0 && last && last[1] === index) last[1] = index + 1;
      else if (sample !== 0) spans.push([index, index + 1]);
    });
    return spans.map(([from, to]) => [from / 16, to / 16]);
  };

  it('should take as long as a loudspeaker, and keep the pauses between replies', () => {
    const output = wavOutput(path);
    const { completedAt } = virtualTime(() =>
      concat(output(of(tone(300))), timer(500).pipe(ignoreElements()), output(of(tone(200)))),
    );
    expect(completedAt).toBe(1_000);
    expect(loudMs()).toEqual([
      [0, 300],
      [800, 1_000],
    ]);
  });

  it('should hold what was heard of a reply that was cut', () => {
    const output = wavOutput(path);
    virtualTime(
      () => output(of(...Array.from({ length: 50 }, () => tone(20))).pipe(paced({ leadMs: 200 }))),
      { until: 450 },
    );
    expect(loudMs()).toEqual([[0, 450]]);
  });

  it('should fail when the file cannot be written', () => {
    const { failed } = virtualTime(() => wavOutput(join(folder, 'no', 'such', 'folder.wav'))(of(tone(20))));
    expect(failed?.error).toMatchObject({ stage: 'output' });
  });
});
