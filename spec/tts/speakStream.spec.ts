import {
  concatMap,
  delay,
  endWith,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  range,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { silence } from '../../lib/audio/frame.ts';
import { toOutput } from '../../lib/audio/toOutput.ts';
import { sentences } from '../../lib/llm/sentences.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { speakStream } from '../../lib/tts/speakStream.ts';
import type { TtsStream } from '../../lib/tts/tts.ts';

const frame = silence(20);
/** A second of sound after 100 ms, whatever is written, and then nothing until all is written. */
const stream: TtsStream = text$ =>
  merge(
    timer(100).pipe(
      mergeMap(() => range(0, 50)),
      map(() => frame),
    ),
    text$.pipe(ignoreElements()),
  );
const tokens = (...texts: string[]): Observable<string> =>
  merge(...texts.map((text, index) => of(text).pipe(delay(index * 50))));
const output = toOutput({ write: () => undefined });

describe('speakStream', () => {
  it('should pass text on as it is written, and emit its sentences when there is sound', () => {
    const { values, completedAt } = virtualTime(() =>
      tokens('Hello', ' there.', ' How', ' are you?').pipe(speakStream(stream, output, sentences())),
    );
    expect(values.map(({ at, value }) => [at, value])).toEqual([
      [0, { type: 'writing' }],
      [50, { type: 'sentence', sentence: 0, text: 'Hello there.' }],
      [100, { type: 'audio', sentence: 0 }],
      [100, { type: 'speaking', sentence: 0, text: 'Hello there.' }],
      [150, { type: 'sentence', sentence: 1, text: ' How are you?' }],
      [150, { type: 'speaking', sentence: 1, text: ' How are you?' }],
    ]);
    expect(completedAt).toBe(1_100);
  });

  it('should give an engine that is late all that was written before', () => {
    const taken: string[] = [];
    virtualTime(() =>
      tokens('Hello', ' there.').pipe(
        speakStream(
          text$ =>
            timer(500).pipe(
              concatMap(() => text$),
              map(text => (taken.push(text), frame)),
              endWith(frame),
            ),
          output,
          sentences(),
        ),
      ),
    );
    expect(taken).toEqual(['Hello', ' there.']);
  });

  it('should report to the engine at a cut how much of the reply was heard', () => {
    let playedMs = 0;
    const asking: TtsStream = (text$, played) =>
      merge(stream(text$, played), NEVER).pipe(finalize(() => (playedMs = played())));
    virtualTime(
      () => tokens('Hello there.', ' How are you?').pipe(speakStream(asking, output, sentences())),
      { until: 600 },
    );
    expect(playedMs).toBe(500);
  });
});
