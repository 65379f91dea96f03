import { concat, defer, interval, map, NEVER, of, take, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { noSpeaker } from '../../../cli/noSpeaker.ts';
import { silencedWhile } from '../../../cli/talk/silencedWhile.ts';
import { level, silence } from '../../../lib/audio/index.ts';
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
  it('should have the length of the audio it replaces', () => {
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
  it('should keep the bot from hearing its own voice in a call', () => {
    let heardItself = false;
    const voice = setup({
      stt: frame$ =>
        frame$.pipe(
          tap(frame => (heardItself ||= level(frame) > 0)),
          scriptedStt([{ from: 500, to: 1_500, text: 'Tell me a story.' }]),
        ),
      llm: scriptedLlm('Once upon a time there was a king.'),
      tts: scriptedTts(),
      halfDuplex: { tailMs: 310 },
    });
    // A loudspeaker next to the microphone: its audio is heard 60 ms later.
    let until = -Infinity;
    let now = 0;
    const room$ = interval(20).pipe(
      take(400),
      map(() => ((now += 20), now < until + 60 ? loud : silence())),
    );
    const { values } = virtualTime(() =>
      voice.conversation$(room$, speech$ =>
        noSpeaker(speech$.pipe(tap(() => (until = Math.max(until, now) + 20)))),
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
