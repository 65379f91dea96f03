import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ignoreElements, merge, of, tap, timer, mergeMap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { recording, toOutput } from '../lib/audio/index.ts';
import { conversation } from '../lib/index.ts';
import { scriptedInput, scriptedLlm, scriptedStt, scriptedTts, virtualTime } from '../lib/testing/index.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};
const minute = 60_000;

describe('memory', () => {
  it('should stay level over an hour of conversation', () => {
    const sizes: number[] = [];
    const says = Array.from({ length: 600 }, (_, index) => ({
      from: index * 6_000 + 200,
      to: index * 6_000 + 1_200,
      text: `Question ${index}.`,
    }));
    virtualTime(() => {
      const call$ = conversation({
        stt: scriptedStt(says),
        llm: scriptedLlm(
          'This is an answer. It has three sentences. They take longer than the question does, so some are cut.',
        ),
        tts: scriptedTts(),
      })(scriptedInput(60 * minute), toOutput({ write: () => undefined }));
      const probe$ = of(10, 35, 59).pipe(
        mergeMap(at => timer(at * minute)),
        tap(() => sizes.push(heap())),
      );
      return merge(call$, probe$).pipe(ignoreElements());
    });
    const [early, , late] = sizes as [number, number, number];
    // The history grows by some 100 kB; a frame kept by mistake would be 640 bytes, 147,000 times.
    expect((late - early) / 1e6).toBeLessThan(3);
  }, 120_000);

  it('should keep a recording, and nothing else of the audio', () => {
    const tape = recording();
    virtualTime(() => tape.input(scriptedInput(10 * minute)).pipe(ignoreElements()));
    expect(tape.wav().byteLength).toBe(44 + 10 * 60 * 16_000 * 4);
  }, 60_000);
});
