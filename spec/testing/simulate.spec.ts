import { describe, expect, it } from 'vitest';
import { conversation } from '../../lib/conversation/conversation.ts';
import { builtinLlm } from '../../lib/providers/builtin/builtinLlm.ts';
import type { Llm, Message } from '../../lib/llm/message.ts';
import {
  energyStt,
  exchangesOf,
  judge,
  readScenario,
  type Scenario,
  scriptedLlm,
  scriptedTts,
  simulate,
  virtualTime,
} from '../../lib/testing/index.ts';

const run = (scenario: Scenario, llm: Llm = builtinLlm(), caller?: Llm) => {
  const { values, completedAt, leftTimers } = virtualTime(() =>
    simulate(scenario, {
      bot: stt => conversation({ stt: stt!, llm, tts: scriptedTts() }),
      ...(caller && { caller }),
    }),
  );
  return {
    complaints: judge(scenario, values).map(({ exchange, text }) => `${exchange}: ${text}`),
    exchanges: exchangesOf(values),
    completedAt,
    leftTimers,
  };
};

describe('a simulated call', () => {
  it('should run line by line, and end after the last line', () => {
    const { complaints, exchanges, completedAt, leftTimers } = run(
      readScenario({
        name: 'a name',
        conversation: [
          { caller: 'My name is Maria.', bot: { says: 'maria', withinMs: 1_000 } },
          { caller: 'Do you remember my name?', bot: { matches: '\\bmaria\\b', interrupted: false } },
        ],
        never: ['sorry'],
      }),
    );
    expect(complaints).toEqual([]);
    expect(exchanges.map(({ caller }) => caller)).toEqual(['My name is Maria.', 'Do you remember my name?']);
    expect(exchanges[0]?.bot).toContain('Maria');
    expect(completedAt).toBeLessThan(20_000);
    expect(leftTimers).toBe(0);
  });

  it('should report every failed expectation', () => {
    const { complaints } = run(
      readScenario({
        name: 'a rude bot',
        conversation: [
          {
            caller: 'What is the weather?',
            bot: { says: 'rain', matches: '^rain', withinMs: 400, calls: 'weather', interrupted: true },
          },
        ],
        expect: [{ says: 'snow' }, { withinMs: 400 }],
        never: ['sunny'],
      }),
      scriptedLlm('It is sunny, as a matter of fact.'),
    );
    expect(complaints).toEqual([
      '1: expected to hear “rain”',
      '1: expected what matches /^rain/',
      '1: expected the tool weather, called was none',
      expect.stringMatching(/^1: expected an answer within 400 ms, it took \d+$/u),
      '1: expected it to be interrupted',
      '0: no answer says “snow”',
      expect.stringMatching(/^1: expected an answer within 400 ms/u),
      '1: never expected “sunny”',
    ]);
  });

  it('should cut the bot short where the scenario says so', () => {
    const { complaints, exchanges } = run(
      readScenario({
        name: 'an interruption',
        conversation: [
          { caller: 'Tell me a story.', bot: { interrupted: true } },
          { caller: 'Wait, stop.', interruptsAfterMs: 1_000, bot: { says: 'king' } },
        ],
      }),
      scriptedLlm('Once upon a time there was a king. He had a daughter. She had a frog. They were happy.'),
    );
    expect(complaints).toEqual([]);
    expect(exchanges[0]?.bot.startsWith('Once upon a time')).toBe(true);
    expect(exchanges[0]?.bot).not.toContain('happy');
  });

  it('should let the bot say its greeting first', () => {
    const scenario = readScenario({ name: 'a greeting', conversation: [{ caller: 'Hello there.' }] });
    const { values } = virtualTime(() =>
      simulate(scenario, {
        bot: stt =>
          conversation({ stt: stt!, llm: scriptedLlm('Hi.'), tts: scriptedTts(), greeting: 'Good morning.' }),
      }),
    );
    const types = values.map(({ value }) => value.type);
    expect(types.indexOf('caller.says')).toBeGreaterThan(types.indexOf('bot.spoke'));
    expect(types).not.toContain('bot.interrupted');
  });

  it('should report a silent bot', () => {
    const { complaints } = run(
      readScenario({ name: 'silence', conversation: [{ caller: 'Hello?', bot: { withinMs: 500 } }] }),
      () => {
        throw new Error('no model');
      },
    );
    expect(complaints).toEqual([
      '1: expected an answer within 500 ms, it took forever',
      '1: the llm failed: no model',
    ]);
  });

  it('should be played by a model, bot against bot, until it hangs up', () => {
    const asked: (readonly Message[])[] = [];
    const lines = ['What is two plus three?', 'Thank you!', 'HANG UP'];
    const caller = scriptedLlm(messages => {
      asked.push(messages);
      return lines[asked.length - 1]!;
    });
    const { complaints, exchanges } = run(
      readScenario({
        name: 'a sum',
        caller: { goal: 'You want to know what two plus three is.' },
        expect: [{ matches: 'five|5' }],
      }),
      builtinLlm(),
      caller,
    );
    expect(complaints).toEqual([]);
    expect(exchanges).toHaveLength(2);
    expect(asked[0]?.[0]?.content).toContain('what two plus three is');
    expect(asked[1]?.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(() =>
      simulate(readScenario({ name: 'nobody', caller: { goal: 'x' } }), {
        bot: () => () => {
          throw new Error();
        },
      }),
    ).toThrow(/no language model to play it/);
  });

  it('should run with sound, heard by the engine of the bot', () => {
    const scenario = readScenario({
      name: 'as sound',
      conversation: [{ caller: 'Hello there.' }, { caller: 'Goodbye now.' }],
    });
    const { values } = virtualTime(() =>
      simulate(scenario, {
        bot: () =>
          conversation({
            stt: energyStt(['Hello there.', 'Goodbye now.']),
            llm: scriptedLlm('Hello.'),
            tts: scriptedTts(),
          }),
        voice: scriptedTts(),
      }),
    );
    expect(exchangesOf(values).map(({ bot }) => bot)).toEqual(['Hello.', 'Hello.']);
  });

  it('should be refused when it is written wrongly, with every problem', () => {
    expect(() =>
      readScenario({ name: 'both', conversation: [{ caller: 'Hi' }], caller: { goal: 'x' } }),
    ).toThrow(/either a conversation/);
    expect(() =>
      readScenario({ name: '', conversation: [{ caller: 'Hi', bot: { matches: '(', sais: 'x' } }] }),
    ).toThrow(/regular expression[^]*sais|sais[^]*regular expression/);
  });
});
