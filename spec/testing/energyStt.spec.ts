import { concatMap, from, map, range, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { silence } from '../../lib/audio/index.ts';
import type { AudioFrame, Stt, SttEvent } from '../../lib/index.ts';
import { energyStt, virtualTime } from '../../lib/testing/index.ts';

const loud: AudioFrame = {
  pcm: Int16Array.from({ length: 320 }, (_, index) => 8_000 * Math.sin(index / 6)),
  sampleRate: 16_000,
};
/** Events of an engine, and their times, for alternating silence and voice, ms, silence first. */
const told = (stt: Stt, ...stretches: number[]): [ms: number, transcript: SttEvent][] =>
  virtualTime(() =>
    from(stretches).pipe(
      concatMap((ms, index) =>
        range(0, ms / 20).pipe(
          concatMap(() => timer(20)),
          map(() => (index % 2 === 0 ? silence(20) : loud)),
        ),
      ),
      stt,
    ),
  ).values.map(({ at, value }) => [at, value]);

describe('energyStt', () => {
  it('should hear the next line whenever something is said, word by word', () => {
    expect(told(energyStt(['Hello there.', 'Bye.']), 200, 700, 400, 100, 400)).toEqual([
      [260, { type: 'speechStart', at: 200 }],
      [500, { type: 'interim', text: 'Hello' }],
      [800, { type: 'interim', text: 'Hello there.' }],
      [1_200, { type: 'final', text: 'Hello there.', end: 900 }],
      [1_200, { type: 'utteranceEnd', end: 900 }],
      [1_360, { type: 'speechStart', at: 1_300 }],
      [1_600, { type: 'interim', text: 'Bye.' }],
      [1_700, { type: 'final', text: 'Bye.', end: 1_400 }],
      [1_700, { type: 'utteranceEnd', end: 1_400 }],
    ]);
  });

  it('should say early that the user may have finished, and take it back', () => {
    const stt = energyStt(index => `Line ${index}.`, { silenceMs: 300, eagerMs: 100 });
    expect(told(stt, 200, 300, 200, 300, 400).map(([, { type }]) => type)).toEqual([
      'speechStart',
      'interim',
      'eagerEnd',
      'resumed',
      'interim',
      'eagerEnd',
      'final',
      'utteranceEnd',
    ]);
  });

  it('should take a line that is empty for a noise, and finish with the audio', () => {
    expect(told(energyStt(['']), 200, 300).map(([, { type }]) => type)).toEqual([
      'speechStart',
      'utteranceEnd',
    ]);
    expect(told(energyStt([]), 200, 300).map(([, { type }]) => type)).toEqual([
      'speechStart',
      'utteranceEnd',
    ]);
    expect(told(energyStt(['Hi.']), 200).map(([, { type }]) => type)).toEqual([]);
  });
});
