import { NEVER, timer } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Bot, conversation, type ConversationEvent, tool } from '../../lib/index.ts';
import {
  fakeTime,
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
  virtualTime,
} from '../../lib/testing/index.ts';

const wait = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms));
const call = (llm: Bot, options: object = {}) =>
  conversation({
    stt: scriptedStt([
      { from: 200, to: 1_000, text: 'Tell me a story.' },
      { from: 2_600, to: 3_200, text: 'Stop there.' },
    ]),
    llm,
    tts: scriptedTts(),
    ...options,
  })(scriptedInput(5_000), { write: () => undefined });
const told = (run: { readonly values: readonly { at: number; value: ConversationEvent }[] }): string[] =>
  run.values
    .filter(({ value }) => /said|spoke|speaking|interrupted|failed/u.test(value.type))
    .map(
      ({ at, value }) =>
        `${at} ${value.type} ${'heard' in value ? value.heard : 'text' in value ? value.text.trim() : ''}`,
    );

describe('fakeTime', () => {
  it('should run a bot made of promises exactly as one without is run in virtual time', async () => {
    const text = 'Once upon a time there was a king. He had a daughter.';
    async function* bot(): AsyncGenerator<string> {
      await wait(200);
      for (const word of text.split(/(?<= )/u)) yield await Promise.resolve(word);
    }
    const promised = told(await fakeTime(vi, () => call(bot)));
    const scripted = told(virtualTime(() => call(scriptedLlm(text, { firstTokenMs: 200, tokenMs: 0 }))));
    expect(promised).toEqual(scripted);
    expect(promised.join('\n')).toContain('bot.interrupted');
  });

  it('should run tools that are async', async () => {
    const weather = tool({
      name: 'weather',
      description: 'The weather now.',
      parameters: z.object({}),
      run: async () => {
        await wait(300);
        return 'sunny';
      },
    });
    const bot: Bot = async messages => {
      await wait(100);
      return messages.at(-1)?.role === 'tool'
        ? `It is ${messages.at(-1)!.content}.`
        : { type: 'toolCall', id: 'a', name: 'weather', arguments: '{}' };
    };
    const { values, leftTimers } = await fakeTime(vi, () => call(bot, { tools: [weather] }), {
      until: 2_500,
    });
    const said = values.find(({ value }) => value.type === 'user.said')!.at;
    const result = values.find(({ value }) => value.type === 'bot.toolResult')!;
    expect([result.at - said, result.value]).toMatchObject([400, { content: 'sunny' }]);
    expect(values.find(({ value }) => value.type === 'bot.token')?.at).toBe(said + 500);
    expect(leftTimers).toBe(0);
  });

  it('should hang up at `until`, and restore real time', async () => {
    const began = Date.now();
    const { completedAt, values } = await fakeTime(vi, () => timer(1_000, 1_000), { until: 2_500 });
    expect([completedAt, values.map(({ at }) => at)]).toEqual([undefined, [1_000, 2_000]]);
    expect(Date.now()).toBeGreaterThanOrEqual(began);
  });

  it('should say so where something is waited for without a timer', async () => {
    await expect(fakeTime(vi, () => NEVER)).rejects.toThrow('At 0 ms no timer is left');
  });
});

describe('virtualTime with promises', () => {
  it.each<[string, Bot, string]>([
    ['a promise', () => Promise.resolve('Hello.'), "the bot's answer waits for a promise"],
    [
      'an async generator',
      async function* () {
        yield await Promise.resolve('Hello.');
      },
      "the bot's answer waits",
    ],
    ['a route', () => new Response('Hello.'), "the bot's answer waits"],
  ])('should fail at once, and name what waits for it: %s', (_, bot, expected) => {
    expect(() => virtualTime(() => call(bot))).toThrow(expected);
  });

  it('should name a tool that waits for one', () => {
    const slow = tool({ name: 'slow', description: '', parameters: z.object({}), run: async () => wait(1) });
    const bot: Bot = () => ({ type: 'toolCall', id: 'a', name: 'slow', arguments: '{}' });
    expect(() => virtualTime(() => call(bot, { tools: [slow] }))).toThrow(
      "the tool 'slow' waits for a promise",
    );
  });
});
