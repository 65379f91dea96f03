import { concat, NEVER, of, throwError, timer, mergeMap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { remember } from '../../lib/conversation/history.ts';
import { systemPrompt } from '../../lib/llm/systemPrompt.ts';
import type { Llm, LlmEvent, Message } from '../../lib/llm/message.ts';
import { scriptedLlm, scriptedTts } from '../../lib/testing/index.ts';
import { outline, run } from './call.ts';

const question = { from: 500, to: 1_500, text: 'What is the weather?' };
const story = scriptedLlm(
  'Once upon a time there was a king. He had a daughter. She had a frog. They were happy.',
);
const history = (events: readonly ConversationEvent[]) => events.reduce<readonly Message[]>(remember, []);
const only = <Type extends ConversationEvent['type']>(events: readonly ConversationEvent[], type: Type) =>
  events.filter((event): event is Extract<ConversationEvent, { type: Type }> => event.type === type);

describe('a turn', () => {
  it('should be heard, answered and spoken, each as soon as it can be', () => {
    const { values, completedAt, alive } = run({ says: [question], lasts: 6_000 });
    expect(outline(values)).toEqual([
      [0, 'call.ready'],
      [600, '1 user.speaking'],
      [1_600, '1 user.final'],
      [1_800, '1 user.said'], // 300 ms after the voice ended: the engine's endpointing
      [2_020, '1 bot.sentence'], // first token after 200 ms; 20 more to the full stop
      [2_100, '1 bot.answered'],
      [2_100, '1 bot.sentence'], // the second sentence is synthesised while the first plays
      [2_120, '1 bot.speaking'], // text-to-speech: 100 ms
      [2_460, '1 bot.speaking'], // handed over 200 ms before the first sentence ends
      [3_740, '1 bot.spoke'], // when all 1,620 ms were heard
    ]);
    expect(completedAt).toBe(6_000);
    expect(alive).toBe(0);
  });

  it('should report how long ago the voice arrived', () => {
    const { events } = run({ says: [question], lasts: 6_000 });
    expect(only(events, 'user.speaking')[0]?.sinceMs).toBe(80); // the frame with 500–520 ms arrived at 520
    expect(only(events, 'user.said')[0]?.silenceMs).toBe(300);
  });

  it('should ask the model with the prompt and what was said and heard', () => {
    const { asked } = run({
      says: [question, { from: 5_000, to: 6_000, text: 'And tomorrow?' }],
      lasts: 12_000,
      llm: scriptedLlm('Sunny.'),
    });
    expect(asked[1]).toEqual([
      { role: 'system', content: systemPrompt },
      { role: 'user', content: 'What is the weather?' },
      { role: 'assistant', content: 'Sunny.' },
      { role: 'user', content: 'And tomorrow?' },
    ]);
  });

  it('should continue an earlier call', () => {
    const earlier: Message[] = [
      { role: 'user', content: 'I am Ada.' },
      { role: 'assistant', content: 'Hello Ada.' },
    ];
    const { asked } = run({ says: [question], lasts: 4_000, history: earlier, systemPrompt: 'Be brief.' });
    expect(asked[0]?.slice(0, 3)).toEqual([{ role: 'system', content: 'Be brief.' }, ...earlier]);
  });

  it('should not be answered when nothing was understood', () => {
    const { events, asked } = run({ says: [{ from: 500, to: 700, text: '' }], lasts: 3_000 });
    expect(events.map(({ type }) => type)).toEqual(['call.ready', 'user.speaking', 'user.noise']);
    expect(asked).toEqual([]);
  });
});

describe('a barge-in', () => {
  const interruption = { from: 3_000, to: 3_800, text: 'Wait.' };

  it('should silence the bot in the instant the user is heard', () => {
    const { at, events, mostReplies, alive } = run({
      says: [question, interruption],
      lasts: 12_000,
      llm: story,
    });
    expect(at('user.speaking', 2)).toBe(3_100);
    expect(at('bot.paused')).toBe(3_100);
    expect(at('bot.interrupted')).toBe(3_800); // with the first words
    expect(only(events, 'bot.interrupted')).toHaveLength(1);
    expect(mostReplies).toBe(1);
    expect(alive).toBe(0);
  });

  it('should keep in the history what was heard, in whole words', () => {
    const { events } = run({ says: [question, interruption], lasts: 12_000, llm: story });
    const { heard, text, audioMs } = only(events, 'bot.interrupted')[0]!;
    expect(audioMs).toBe(3_100 - 2_240); // speaking since 2,240
    expect(heard).toBe('Once upon a'); // 860 ms at 60 ms a character: 14 of them
    expect(text).toBe('Once upon a time there was a king.');
    expect(history(events)[1]).toEqual({ role: 'assistant', content: heard });
  });

  it('should abort the request and the synthesis, and hand over no more audio', () => {
    let handed = 0;
    const { alive, values } = run({
      says: [question, interruption],
      lasts: 9_000,
      until: 3_120,
      llm: messages => concat(story(messages), NEVER),
      output: speech$ => speech$.pipe(mergeMap(() => ((handed += 1), []))),
    });
    expect(alive).toBe(0);
    const audio = handed * 20;
    expect(audio).toBeLessThanOrEqual(3_100 - 2_240 + 200 + 20); // the heard part, and the lead
    expect(values.filter(({ at, value }) => at > 3_100 && value.type.startsWith('bot.'))).toEqual([]);
  });

  it('should discard an answer the user has not begun to hear, and answer all that was said', () => {
    const { asked, events } = run({
      says: [question, { from: 1_850, to: 2_400, text: 'In Rome.' }],
      lasts: 9_000,
    });
    expect(only(events, 'bot.interrupted')).toMatchObject([{ turn: 1, heard: '', audioMs: 0 }]);
    expect(asked.at(-1)?.slice(1)).toEqual([{ role: 'user', content: 'What is the weather? In Rome.' }]);
    expect(only(events, 'bot.spoke').map(({ turn }) => turn)).toEqual([2]);
  });

  it('should answer every turn once, failed or superseded', () => {
    const says = Array.from({ length: 20 }, (_, index) => ({
      from: index * 1_700 + 500,
      to: index * 1_700 + 900,
      text: `This is ${index}.`,
    }));
    const { events, mostReplies, alive } = run({ says, lasts: 45_000, llm: story });
    const said = only(events, 'user.said').map(({ turn }) => turn);
    const ended = events.filter(({ type }) => ['bot.spoke', 'bot.interrupted', 'turn.failed'].includes(type));
    expect(said).toHaveLength(20);
    expect(ended.map(event => (event as { turn: number }).turn)).toEqual(said);
    expect(mostReplies).toBe(1);
    expect(alive).toBe(0);
  });
});

describe('a monologue', () => {
  it('should be cut into a turn of its own at 20 s, with nothing lost', () => {
    const words = Array.from({ length: 50 }, (_, index) => `word${index}`);
    // an engine that emits a final every five seconds
    const says = Array.from({ length: 5 }, (_, index) => ({
      from: 1_000 + index * 5_000,
      to: 6_000 + index * 5_000,
      text: words.slice(index * 10, index * 10 + 10).join(' '),
      endpointingMs: index === 4 ? 300 : Infinity,
    }));
    const { events, at, asked } = run({ says, lasts: 40_000 });
    const turns = only(events, 'user.said');
    expect(at('user.said', 1)).toBe(1_100 + 20_000);
    expect(turns.map(({ text }) => text).join(' ')).toBe(words.join(' '));
    expect(turns).toHaveLength(2);
    expect(asked.at(-1)?.at(-1)?.content).toBe(words.join(' ')); // the first answer was never heard
  });
});

describe('when something fails', () => {
  const afterwards = { from: 8_000, to: 9_000, text: 'Hello?' };
  const once = (llm: Llm): Llm => {
    let failed = false;
    return messages => {
      if (failed) return scriptedLlm('I am back.')(messages);
      failed = true;
      return llm(messages);
    };
  };

  it('should fail the turn of a model that does not answer, and go on', () => {
    const cause = new Error('503');
    const { events, completedAt, failed } = run({
      says: [question, afterwards],
      lasts: 13_000,
      llm: once(() => timer(400).pipe(mergeMap(() => throwError(() => cause)))),
    });
    expect(only(events, 'turn.failed')).toEqual([
      { type: 'turn.failed', turn: 1, stage: 'llm', cause, heard: '', audioMs: 0 },
    ]);
    expect(only(events, 'bot.spoke')).toMatchObject([{ turn: 2, text: 'I am back.' }]);
    expect([completedAt, failed]).toEqual([13_000, undefined]);
  });

  it('should say what a model wrote before it broke off, and then fail the turn', () => {
    const broken$ = concat(
      of<LlmEvent>({ type: 'token', text: 'It is sunny. And to' }),
      throwError(() => new Error('cut')),
    );
    const { events } = run({ says: [question], lasts: 9_000, llm: () => broken$ });
    expect(only(events, 'bot.speaking').map(({ text }) => text.trim())).toEqual(['It is sunny.', 'And to']);
    expect(only(events, 'turn.failed')).toMatchObject([{ stage: 'llm', heard: 'It is sunny. And to' }]);
    expect(only(events, 'bot.answered')).toEqual([]);
  });

  it('should fail the turn of a voice that breaks, with the part that was heard', () => {
    let sentence = 0;
    const { events } = run({
      says: [question, afterwards],
      lasts: 14_000,
      tts: text => (sentence++ === 1 ? throwError(() => new Error('no voice')) : scriptedTts()(text)),
    });
    expect(only(events, 'turn.failed')).toMatchObject([{ turn: 1, stage: 'tts', heard: 'Hi' }]);
    expect(only(events, 'bot.spoke')).toMatchObject([{ turn: 2 }]);
  });

  it('should fail a turn whose output breaks, and one whose engine throws', () => {
    const output = run({
      says: [question],
      lasts: 5_000,
      output: () => throwError(() => new Error('unplugged')),
    });
    expect(only(output.events, 'turn.failed')).toMatchObject([{ stage: 'output' }]);
    const thrown = run({
      says: [question],
      lasts: 5_000,
      llm: () => {
        throw new TypeError('a bug');
      },
    });
    expect(only(thrown.events, 'turn.failed')).toMatchObject([
      { stage: 'llm', cause: new TypeError('a bug') },
    ]);
  });

  it('should say and answer what was heard when speech-to-text is gone for good, and then error', () => {
    const { events, failed, alive } = run({
      says: [],
      lasts: 9_000,
      stt: () =>
        concat(
          of({ type: 'interim', text: 'help me' } as const),
          throwError(() => new Error('gone')),
        ),
    });
    expect(only(events, 'user.said')).toMatchObject([{ text: 'help me' }]);
    expect(failed?.error).toEqual(new Error('gone'));
    expect(alive).toBe(0);
  });
});

describe('the end of a call', () => {
  it('should finish the reply when the input ends mid-word', () => {
    const { events, completedAt, alive } = run({ says: [{ ...question, to: 3_000 }], lasts: 2_000 });
    expect(only(events, 'user.said')).toMatchObject([{ text: 'What is the weather?' }]);
    expect(only(events, 'bot.spoke')).toHaveLength(1);
    expect(completedAt).toBeGreaterThan(2_000 + 1_500);
    expect(alive).toBe(0);
  });

  it.each([100, 1_550, 1_900, 2_050, 2_500, 3_500])(
    'should leave nothing alive when hung up at %i ms',
    until => {
      const { alive, completedAt } = run({ says: [question], lasts: 9_000, llm: story, until });
      expect([alive, completedAt]).toEqual([0, undefined]);
    },
  );
});
