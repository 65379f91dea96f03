import {
  concat,
  defer,
  ignoreElements,
  interval,
  map,
  merge,
  NEVER,
  of,
  range,
  switchMap,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { noSpeaker } from '../../../cli/noSpeaker.ts';
import { silencedWhile } from '../../../cli/talk/silencedWhile.ts';
import { speakingNow } from '../../../cli/talk/speakingNow.ts';
import { level, paced, silence } from '../../../lib/audio/index.ts';
import { type AudioFrame, ofType, setup } from '../../../lib/index.ts';
import {
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
  virtualTime,
} from '../../../lib/testing/index.ts';

const loud: AudioFrame = { pcm: new Int16Array(320).fill(10_000), sampleRate: 16_000 };

describe('silence in the place of frames', () => {
  it('should have the length of what it stands for', () => {
    let quiet = false;
    const frames: AudioFrame[] = [];
    const short = { pcm: new Int16Array(100).fill(1), sampleRate: 8_000 };
    of(loud, loud, short, loud)
      .pipe(silencedWhile(() => quiet))
      .subscribe(frame => {
        frames.push(frame);
        quiet = frames.length < 3;
      });
    expect(frames.map(frame => [frame.pcm.length, frame.sampleRate, level(frame) > 0])).toEqual([
      [320, 16_000, true],
      [320, 16_000, false],
      [100, 8_000, false],
      [320, 16_000, true],
    ]);
  });
});

describe('half-duplex', () => {
  /** When a second of speech, begun at 1,000, is taken to be audible; cut after so many ms. */
  const audible = (cutAfter?: number) => {
    const { output, audible } = speakingNow(noSpeaker);
    const speech$ = output(
      range(0, 50).pipe(
        map(() => loud),
        paced({ leadMs: 200 }),
      ),
    );
    const { values } = virtualTime(() =>
      merge(
        timer(1_000).pipe(
          switchMap(() => speech$.pipe(takeUntil(cutAfter === undefined ? NEVER : timer(cutAfter)))),
          ignoreElements(),
        ),
        interval(10).pipe(
          take(400),
          map(() => audible()),
        ),
      ),
    );
    const heard = values.filter(({ value }) => value).map(({ at }) => at);
    return [heard[0], heard.at(-1)];
  };

  it('should not listen while the bot can be heard: as it speaks, and a moment longer', () => {
    expect(audible()).toEqual([1_000, 2_300]);
  });

  it('should listen again a moment after the bot was cut', () => {
    expect(audible(300)).toEqual([1_000, 1_600]);
  });

  it('should keep the bot from hearing its own voice in a call', () => {
    const { output, audible } = speakingNow(noSpeaker);
    let heardItself = false;
    const voice = setup({
      stt: scriptedStt([{ from: 500, to: 1_500, text: 'Tell me a story.' }]),
      llm: scriptedLlm('Once upon a time there was a king.'),
      tts: scriptedTts(),
    });
    // A loudspeaker beside the microphone: what is played is heard 60 ms later.
    let until = -Infinity;
    let now = 0;
    const room$ = interval(20).pipe(
      take(400),
      map(() => ((now += 20), now < until + 60 ? loud : silence())),
      silencedWhile(audible),
      tap(frame => (heardItself ||= level(frame) > 0)),
    );
    const { values } = virtualTime(() =>
      voice.conversation$(room$, speech$ =>
        output(speech$.pipe(tap(() => (until = Math.max(until, now) + 20)))),
      ),
    );
    expect(values.some(({ value }) => value.type === 'bot.spoke')).toBe(true);
    expect(heardItself).toBe(false);
  });
});

describe('a key that interrupts', () => {
  it('should silence the bot at once, and say nothing for the user', () => {
    const voice = setup({
      stt: scriptedStt([{ from: 500, to: 1_500, text: 'Tell me a story.' }]),
      llm: scriptedLlm('Once upon a time there was a king.'),
      tts: scriptedTts(),
      commands$: concat(timer(3_000), NEVER).pipe(map(() => ({ type: 'interrupt' }))),
    });
    const { values, completedAt } = virtualTime(() =>
      defer(() => voice.conversation$(scriptedInput(6_000), noSpeaker)).pipe(
        ofType('bot.interrupted', 'bot.spoke', 'user.said', 'user.noise'),
      ),
    );
    expect(values.map(({ at, value: { type } }) => [at, type])).toEqual([
      [1_800, 'user.said'],
      [3_000, 'bot.interrupted'],
    ]);
    expect(completedAt).toBe(6_000);
  });
});
