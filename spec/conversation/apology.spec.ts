import { concat, merge, mergeMap, NEVER, throwError, timer } from 'rxjs';
import { ignoreElements } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { remember } from '../../lib/conversation/history.ts';
import type { Llm, Message } from '../../lib/llm/message.ts';
import { scriptedStt, scriptedTts } from '../../lib/testing/index.ts';
import type { Stt } from '../../lib/stt/stt.ts';
import type { Tts } from '../../lib/tts/tts.ts';
import { outline, run } from './call.ts';

const apology = 'Sorry, again please.';
const question = { from: 500, to: 1_500, text: 'What is the weather?' };
const broken: Llm = () =>
  concat(
    timer(200).pipe(ignoreElements()),
    throwError(() => new Error('gone')),
  );

describe('an apology', () => {
  it('should be heard when a turn failed, from the prepared audio, and be remembered as heard', () => {
    let synthesised = 0;
    const tts: Tts = text => {
      synthesised += 1;
      return scriptedTts()(text);
    };
    const { values, events, alive } = run({ says: [question], lasts: 6_000, llm: broken, tts, apology });
    expect(outline(values).slice(3)).toEqual([
      [1_800, '1 user.said'],
      [2_000, '1 turn.failed'],
      [2_000, '1 bot.apologised'],
      [2_000, '0 bot.sentence'],
      [2_000, '0 bot.speaking'], // in the same instant: it was there
      [2_000, '0 bot.answered'],
      [3_200, '0 bot.spoke'],
    ]);
    expect(synthesised).toBe(1);
    expect(events.reduce<readonly Message[]>(remember, []).at(-1)).toEqual({
      role: 'assistant',
      content: apology,
    });
    expect(alive).toBe(0);
  });

  it.each([
    'Sorry, I did not get that. Say it again, please.',
    'Sorry! Again? Please. Thank you.',
    '抱歉。请再说一遍。',
    `Sorry, ${'so very '.repeat(60)}sorry.`,
  ])('should be heard once, however many sentences it has: %s', text => {
    const { events, at } = run({ says: [question], lasts: 6_000, llm: broken, apology: text });
    const audioMs = Math.ceil((text.length * 60) / 20) * 20;
    expect(events).toContainEqual({ type: 'bot.spoke', turn: 0, text, audioMs });
    expect(at('bot.spoke', 0)! - at('bot.speaking', 0)!).toBe(audioMs);
  });

  it('should be heard also when the voice is what failed', () => {
    const tts: Tts = text => (text === apology ? scriptedTts()(text) : throwError(() => new Error('mute')));
    const { values } = run({ says: [question], lasts: 6_000, tts, apology });
    expect(
      outline(values)
        .map(([, what]) => what)
        .filter(what => /failed|apologised|speaking|spoke/u.test(what)),
    ).toEqual(['1 user.speaking', '1 turn.failed', '1 bot.apologised', '0 bot.speaking', '0 bot.spoke']);
  });

  it('should be cut by a user who speaks', () => {
    const says = [question, { from: 2_500, to: 3_500, text: 'What is the weather?' }];
    const { at } = run({ says, lasts: 5_000, llm: broken, apology, bargeIn: { onVoice: 'cut' } });
    expect(at('bot.interrupted', 0)).toBe(2_600);
  });

  it('should not be said before it could be prepared, which is tried again', () => {
    let tries = 0;
    const tts: Tts = text => (tries++ < 1 ? throwError(() => new Error('not yet')) : scriptedTts()(text));
    const says = [question, { from: 12_000, to: 13_000, text: 'And now?' }];
    const { events } = run({ says, lasts: 18_000, llm: broken, tts, apology });
    expect(events.flatMap(event => (event.type === 'bot.apologised' ? [event.turn] : []))).toEqual([2]);
  });

  it('should not be said where it is not wanted, nor keep a call from ending', () => {
    const { events, alive, completedAt } = run({
      says: [question],
      lasts: 4_000,
      llm: broken,
      tts: () => NEVER,
      apology,
    });
    expect({ alive, completedAt }).toEqual({ alive: 0, completedAt: 4_000 });
    expect(events.some(({ type }) => type === 'bot.apologised')).toBe(false);
    expect(run({ says: [question], lasts: 4_000, llm: broken }).events.at(-1)?.type).toBe('turn.failed');
  });
});

describe('the last words', () => {
  /** Speech-to-text that is gone for good a moment after the user's turn. */
  const goneAt =
    (at: number): Stt =>
    frame$ =>
      merge(
        frame$.pipe(scriptedStt([question])),
        timer(at).pipe(mergeMap(() => throwError(() => new Error('gone')))),
      );
  const spoken = (events: readonly ConversationEvent[]): string[] =>
    events.flatMap(event => (event.type === 'bot.spoke' ? [event.text] : []));
  const lastWords = 'I can’t hear you. Goodbye.';

  it('should follow the answer to the words before, and come before the error', () => {
    const { events, failed, alive } = run({ says: [], lasts: 9_000, stt: goneAt(1_900), lastWords });
    expect(spoken(events)).toEqual(['Hi there. It is sunny today.', lastWords]);
    expect([failed?.error, alive]).toEqual([new Error('gone'), 0]);
  });

  it('should be heard once, however many sentences they have', () => {
    const words = 'I can’t hear you any more. I am sorry! Goodbye.';
    const { events } = run({ says: [], lasts: 9_000, stt: goneAt(1_900), lastWords: words });
    const audioMs = Math.ceil((words.length * 60) / 20) * 20;
    expect(events.at(-1)).toEqual({ type: 'bot.spoke', turn: 0, text: words, audioMs });
  });

  it('should be missing where there are none, or where their audio never came: the error comes all the same', () => {
    const tts: Tts = text => (text === lastWords ? NEVER : scriptedTts()(text));
    for (const options of [{}, { lastWords, tts }]) {
      const { events, failed } = run({ says: [], lasts: 9_000, stt: goneAt(1_900), ...options });
      expect(spoken(events)).toEqual(['Hi there. It is sunny today.']);
      expect(failed?.error).toEqual(new Error('gone'));
    }
  });

  it('should be reached also where the user was speaking, and held the reply, when they were lost', () => {
    const says = [question, { from: 2_500, to: 20_000, text: '' }];
    const stt: Stt = frame$ =>
      merge(
        frame$.pipe(scriptedStt(says)),
        timer(3_000).pipe(mergeMap(() => throwError(() => new Error('gone')))),
      );
    const { events, failed, alive } = run({ says: [], lasts: 30_000, stt, lastWords });
    expect(events.map(({ type }) => type)).toContain('bot.paused');
    expect(spoken(events)).toEqual(['Hi there. It is sunny today.', lastWords]);
    expect([failed?.error, alive]).toEqual([new Error('gone'), 0]);
  });

  it('should come before the error of a policy that throws', () => {
    const bargeIn = {
      judge: () => {
        throw new Error('a mistake');
      },
    };
    const says = [question, { from: 2_500, to: 3_500, text: 'Wait.' }];
    const { events, failed, alive } = run({ says, lasts: 30_000, bargeIn, lastWords });
    expect(spoken(events).at(-1)).toBe(lastWords);
    expect([failed?.error, alive]).toEqual([new Error('a mistake'), 0]);
  });
});
