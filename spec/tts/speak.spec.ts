import {
  concat,
  defer,
  EMPTY,
  finalize,
  from,
  identity,
  ignoreElements,
  map,
  NEVER,
  type Observable,
  of,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Output } from '../../lib/audio/output.ts';
import { toOutput } from '../../lib/audio/toOutput.ts';
import { speak, type SpeakOptions } from '../../lib/tts/speak.ts';
import { speakStream } from '../../lib/tts/speakStream.ts';
import type { Tts } from '../../lib/tts/tts.ts';
import { scriptedTts, virtualTime } from '../../lib/testing/index.ts';

const tts = scriptedTts({ firstAudioMs: 300, msPerCharacter: 100 });
const speaker = toOutput({ write: () => undefined });
const say = (
  texts: string[],
  options: SpeakOptions & { tts?: Tts; output?: Output; until?: number } = {},
) => {
  const { until, tts: voice = tts, output = speaker, ...rest } = options;
  return virtualTime(
    () => from(texts).pipe(speak(voice, output, rest)),
    until === undefined ? {} : { until },
  );
};
const told = (run: ReturnType<typeof say>) =>
  run.values.map(({ at, value }) => `${at} ${value.type} ${'sentence' in value ? value.sentence : ''}`);

describe('speak', () => {
  it('should speak sentences end to end, the next being synthesised while one is heard', () => {
    const run = say(['Ten chars.', 'Ten again.', 'And again.'], { leadMs: 0 });
    expect(told(run)).toEqual([
      '0 sentence 0',
      '0 sentence 1',
      '300 audio 0',
      '300 speaking 0',
      '300 audio 1',
      '1280 sentence 2',
      '1300 speaking 1',
      '1580 audio 2',
      '2300 speaking 2',
    ]);
    expect(run.completedAt).toBe(3_300);
  });

  it('should subscribe the output once for all of it, and never to two frames at a time', () => {
    let subscribed = 0;
    let frames = 0;
    const output: Output = speech$ =>
      defer(() => {
        subscribed += 1;
        return speech$.pipe(
          tap(() => (frames += 1)),
          ignoreElements(),
        );
      });
    say(['Ten chars.', 'Ten again.'], { output });
    expect([subscribed, frames]).toEqual([1, 100]);
  });

  it('should stop the synthesis and the output when unsubscribed', () => {
    let running = 0;
    const counting: Tts = text =>
      defer(() => {
        running += 1;
        return concat(tts(text), NEVER).pipe(finalize(() => (running -= 1)));
      });
    say(['One.', 'Two.', 'Three.'], { tts: counting, until: 500 });
    expect(running).toBe(0);
  });

  it('should emit nothing for a sentence without sound, and go on', () => {
    const silent: Tts = text => (text === '…' ? EMPTY : tts(text));
    expect(told(say(['…', 'Ten chars.'], { tts: silent })).filter(line => line.includes('speaking'))).toEqual(
      ['300 speaking 1'],
    );
  });

  it('should fail when the voice does, after what came before', () => {
    const broken: Tts = text => (text === 'Two.' ? throwError(() => new Error('no voice')) : tts(text));
    const run = say(['One.', 'Two.'], { tts: broken, leadMs: 0 });
    expect(told(run).at(-1)).toBe('300 speaking 0');
    expect(run.failed).toMatchObject({ at: 680, error: { stage: 'tts', cause: new Error('no voice') } });
  });

  it('should fail when the voice gives frames without a sample rate, instead of waiting for their end', () => {
    const run = say(['One.'], { tts: () => of({ pcm: new Int16Array(320), sampleRate: 0 }) });
    expect(run.failed?.error).toMatchObject({
      stage: 'tts',
      cause: { message: expect.stringContaining('a sampleRate of 0') as string },
    });
  });

  it('should refuse less than nothing ahead', () => {
    expect(() => speak(tts, speaker, { leadMs: -1 })).toThrow(
      'speech.leadMs: expected at least 0, but got -1.',
    );
    expect(() => speak(tts, speaker, { ahead: -1 })).toThrow(
      'speech.ahead: expected at least 0, but got -1.',
    );
    const stream = (): Observable<never> => EMPTY;
    expect(() => speakStream(stream, speaker, identity, { leadMs: NaN })).toThrow('speech.leadMs');
  });

  it('should fail when the output does', () => {
    const run = say(['One.'], {
      output: () =>
        timer(50).pipe(
          map(() => {
            throw new Error('unplugged');
          }),
        ),
    });
    expect(run.failed).toMatchObject({ at: 50, error: { stage: 'output' } });
  });

  it('should complete with no sentences', () => {
    expect(say([]).completedAt).toBe(0);
  });
});
