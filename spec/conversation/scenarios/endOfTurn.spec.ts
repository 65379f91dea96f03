import { map, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { adaptivePatience, completeness } from '../../../lib/operators.ts';
import type { VoiceActivity } from '../../../lib/audio/voiceActivity.ts';
import type { ScriptedSpeech } from '../../../lib/testing/index.ts';
import { type Call, figuresOf, run } from '../call.ts';
import { engine, voices } from './engine.ts';

/** An engine that is sure of an end 300 ms after the voice ended, with final words after 100 ms. */
const says = (from: number, to: number, text: string): ScriptedSpeech => ({ from, to, text });

/** The user's recognised words, turn by turn, and when each turn was committed. */
const turns = (call: Call) =>
  run(call)
    .values.filter(({ value }) => value.type === 'user.said')
    .map(({ at, value }) => [at, 'text' in value && value.text]);

describe('a turn ends', () => {
  it('should be when the engine says so, and not a millisecond later, after a complete sentence', () => {
    expect(turns({ says: [says(500, 1_500, 'What is the weather?')], lasts: 5_000 })).toEqual([
      [1_800, 'What is the weather?'],
    ]);
  });

  it('should be 1,200 ms after the voice where the sentence is unfinished', () => {
    expect(turns({ says: [says(500, 1_500, 'I would like a pizza and')], lasts: 5_000 })).toEqual([
      [2_700, 'I would like a pizza and'],
    ]);
  });

  it('should not be while the user thinks: both halves are one turn', () => {
    expect(
      turns({
        says: [says(500, 1_500, 'I would like a pizza and'), says(2_400, 3_000, 'a salad.')],
        lasts: 8_000,
      }),
    ).toEqual([[3_300, 'I would like a pizza and a salad.']]);
  });

  it('should be when the user says so: any number or function of milliseconds', () => {
    const call = { says: [says(500, 1_500, 'Yes.')], lasts: 5_000 };
    expect(turns({ ...call, turns: { silenceMs: 1_000 } })).toEqual([[2_500, 'Yes.']]);
    expect(turns({ ...call, turns: { silenceMs: ({ text }) => text.length * 200 } })).toEqual([
      [2_300, 'Yes.'],
    ]);
  });

  it('should show the wait for a policy as endpointing', () => {
    const { values } = run({ says: [says(500, 1_500, 'Yes.')], lasts: 5_000, turns: { silenceMs: 1_000 } });
    expect(figuresOf(values)[0]?.endpointing).toBe(1_000);
  });

  it("should be the engine's alone where it decided by the words", () => {
    const flux = engine([
      [600, { type: 'speechStart', at: 500 }],
      [1_600, { type: 'final', text: 'I would like a pizza and', end: 1_500 }],
      [1_600, { type: 'utteranceEnd', end: 1_500, decided: true }],
    ]);
    expect(turns({ says: [], stt: flux, lasts: 5_000 })).toEqual([[1_600, 'I would like a pizza and']]);
  });

  it('should be decided by a model of the user’s own, with the text and the audio', () => {
    const heard: [string, number][] = [];
    const call = (likely: number): Call => ({
      says: [says(500, 1_500, 'One two three')],
      lasts: 5_000,
      turns: {
        completeness: ({ text, audio }) => {
          heard.push([text, audio().pcm.length / 16]);
          return timer(50).pipe(map(() => likely));
        },
      },
    });
    expect(turns(call(0.9))).toEqual([[1_850, 'One two three']]); // as soon as the model has answered
    expect(turns(call(0.1))).toEqual([[2_700, 'One two three']]);
    expect(heard[0]).toEqual(['One two three', 1_800]); // all the audio until then
  });

  it('should not hang on a model that fails or never answers', () => {
    const call = { says: [says(500, 1_500, 'One two three')], lasts: 5_000 };
    const failing = () => throwError(() => new Error('no model'));
    expect(turns({ ...call, turns: { completeness: failing } })).toEqual([[1_800, 'One two three']]);
    const throwing = (): number => {
      throw new Error('no model');
    };
    expect(turns({ ...call, turns: { completeness: throwing } })).toEqual([[1_800, 'One two three']]);
    const silent = () => timer(60_000).pipe(map(() => 1));
    expect(turns({ ...call, turns: { completeness: silent } })).toEqual([[2_700, 'One two three']]);
  });

  it('should adapt to the pauses of a slow speaker', () => {
    const slow = Array.from({ length: 4 }, (_, index) =>
      says(500 + index * 1_500, 1_300 + index * 1_500, 'well,'),
    ); // pauses of 700 ms
    const last = says(9_000, 10_000, 'That is all.');
    const learnt = { silenceMs: adaptivePatience({ minMs: 300, unfinishedMs: 1_500 }) };
    expect(turns({ says: [...slow, last], lasts: 15_000, turns: learnt }).at(-1)).toEqual([
      10_840, // 1.2 x 700 ms after the voice
      'That is all.',
    ]);
    expect(turns({ says: [says(500, 1_000, 'That is all.')], lasts: 5_000, turns: learnt })).toEqual([
      [1_500, 'That is all.'], // nothing known of this user yet: 500 ms
    ]);
  });

  it('should be cut after 20 s, and after a number of words', () => {
    const says = Array.from({ length: 6 }, (_, index) => ({
      from: 1_000 + index * 1_000,
      to: 2_000 + index * 1_000,
      text: 'one two',
      endpointingMs: index === 5 ? 300 : Infinity,
    }));
    expect(turns({ says, lasts: 15_000, turns: { maxWords: 5 } })).toEqual([
      [4_100, 'one two one two one two'],
      [7_100, 'one two one two one two'],
    ]);
  });
});

describe('when the engine misses something', () => {
  it('should be at once when nothing more is heard, with the words there are', () => {
    const stt = engine([
      [600, { type: 'speechStart', at: 500 }],
      [1_000, { type: 'final', text: 'What is new?', end: 900 }],
    ]);
    expect(turns({ says: [], stt, lasts: 1_200 })).toEqual([[1_200, 'What is new?']]);
  });

  it('should end a turn whose end never comes, 5 s after its last words', () => {
    const deaf = { ...says(500, 1_500, 'Hello?'), endpointingMs: Infinity };
    expect(turns({ says: [deaf], lasts: 20_000 })).toEqual([[6_600, 'Hello?']]);
  });

  it('should not wait for words of a voice for which none come', () => {
    const { values } = run({ says: [{ ...says(500, 1_500, ''), endpointingMs: Infinity }], lasts: 20_000 });
    expect(values.map(({ at, value }) => [at, value.type])).toEqual([
      [0, 'call.ready'],
      [600, 'user.speaking'],
      [5_600, 'user.noise'],
    ]);
  });
});

describe('with a voice detector alongside the engine', () => {
  const activity: [number, VoiceActivity][] = [
    [560, { type: 'speechStart', at: 500 }],
    [1_700, { type: 'speechEnd', at: 1_500 }],
  ];
  const slowEngine = (finalAt: number, endAt: number) =>
    engine([
      [1_000, { type: 'interim', text: 'what is' }],
      [1_300, { type: 'interim', text: 'what is new' }],
      [finalAt, { type: 'final', text: 'What is new?', end: 1_480 }],
      [endAt, { type: 'utteranceEnd', end: 1_500 }],
    ]);
  const twoTimers = { silenceMs: 400, finalMs: 900 };

  it('should still be the engine’s word that ends a turn, unless the user wants otherwise', () => {
    const stt = slowEngine(1_800, 3_000);
    expect(turns({ says: [], stt, vad: voices(activity), lasts: 5_000 })).toEqual([[3_000, 'What is new?']]);
  });

  it('should end when both the silence was long enough and the words are final', () => {
    const call = (stt: Call['stt']) => ({ says: [], stt, vad: voices(activity), lasts: 6_000 }) as Call;
    expect(turns({ ...call(slowEngine(1_800, 3_000)), turns: twoTimers })).toEqual([
      [1_900, 'What is new?'], // final at 1,800; the silence is 400 ms long at 1,900
    ]);
    expect(turns({ ...call(slowEngine(2_100, 3_000)), turns: twoTimers })).toEqual([
      [2_100, 'What is new?'], // the final ends the waiting for it
    ]);
  });

  it('should not wait for final words without a limit, nor say them twice when they come late', () => {
    const stt = slowEngine(2_700, 3_000);
    expect(turns({ says: [], stt, vad: voices(activity), lasts: 6_000, turns: twoTimers })).toEqual([
      [2_400, 'what is new'], // 900 ms after the voice, with the words as they were
    ]);
  });

  it('should report a noise at once, without the engine', () => {
    const { at } = run({
      says: [],
      stt: engine([]),
      vad: voices(activity),
      lasts: 6_000,
      turns: twoTimers,
    });
    expect(at('user.noise')).toBe(2_400);
  });
});

describe('completeness', () => {
  it.each([
    ['What is the weather?', 'complete'],
    ['turn the light off', 'complete'],
    ['I like that.', 'complete'],
    ['Turn it on.', 'complete'],
    ['Vitamin A.', 'complete'],
    ['', 'complete'],
    ['I would like a pizza and', 'unfinished'],
    ['I would like a pizza and.', 'unfinished'], // some engines set a full stop wherever it is silent
    ['well, um', 'unfinished'],
    ['book a table for', 'unfinished'],
    ['I was thinking,', 'unfinished'],
    ['because I’m', 'unfinished'],
    ['the', 'unfinished'],
  ])('should find %j %s', (text, verdict) => {
    expect(completeness({ text }) < 0.5 ? 'unfinished' : 'complete').toBe(verdict);
  });
});
