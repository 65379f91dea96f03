import { stepCountIs, streamText, tool as aiTool } from 'ai';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Bot, conversation, type ConversationEvent, llmFrom } from '../../../lib/index.ts';
import { aiLlm, aiMessages, aiTools } from '../../../lib/providers/ai/index.ts';
import {
  fakeTime,
  scriptedInput,
  scriptedStt,
  scriptedTts,
  type VirtualRun,
} from '../../../lib/testing/index.ts';
import { aiModel, call, finish, words } from '../../support/aiModel.ts';

const story = 'It is clear in Oslo. The sun goes down at nine. Tomorrow it may rain.';
const weather = aiTool({
  description: 'The weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => {
    await new Promise(done => setTimeout(done, 300));
    return { city, sky: 'clear' };
  },
});
const script = [
  { from: 200, to: 1_000, text: 'How is the weather in Oslo?' },
  { from: 3_600, to: 4_200, text: 'Thank you, stop.' },
];
const told = ({ values }: VirtualRun<ConversationEvent>): string[] =>
  values
    .filter(({ value }) =>
      /user.said|bot.(spoke|interrupted|tool|toolResult)$|failed|warning/u.test(value.type),
    )
    .map(
      ({ at, value }) =>
        `${at} ${value.type} ${'heard' in value ? value.heard : 'text' in value ? value.text.trim() : 'content' in value ? value.content : ''}`,
    );
/** Calls the tool, answers with its result, and then says goodbye. */
const answering = () =>
  aiModel(prompt => {
    const last = prompt.at(-1)!;
    if (last.role === 'tool') return words(story);
    return JSON.stringify(last).includes('Oslo')
      ? [
          { ...call('weather', { city: 'Oslo' }), providerMetadata: { google: { thoughtSignature: 's' } } },
          finish('tool-calls'),
        ]
      : words('Goodbye.');
  });
const heard = 'It is clear in Oslo. The sun';

describe('a conversation with the AI SDK', () => {
  it('should run its tools, and give a model back what was heard, with its signatures', async () => {
    const { model, open, signals } = answering();
    const run = await fakeTime(vi, () =>
      conversation({
        stt: scriptedStt(script),
        llm: aiLlm(model),
        tools: aiTools({ weather }),
        tts: scriptedTts(),
        systemPrompt: 'Be brief.',
      })(scriptedInput(6_500), { write: () => undefined }),
    );
    expect(told(run)).toMatchInlineSnapshot(`
      [
        "1300 user.said How is the weather in Oslo?",
        "1400 bot.tool ",
        "1710 bot.toolResult {"city":"Oslo","sky":"clear"}",
        "3800 bot.interrupted It is clear in Oslo. The sun",
        "4500 user.said Thank you, stop.",
        "5190 bot.spoke Goodbye.",
      ]
    `);
    expect(run.leftTimers).toBe(0);
    expect(open()).toBe(0);
    expect(signals).toHaveLength(3);
    expect(model.doStreamCalls.at(-1)!.prompt).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'How is the weather in Oslo?' }] },
      {
        role: 'assistant',
        content: [
          {
            type: 'tool-call',
            toolCallId: 'call-1',
            toolName: 'weather',
            input: { city: 'Oslo' },
            providerOptions: { google: { thoughtSignature: 's' } },
          },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'call-1',
            toolName: 'weather',
            output: { type: 'json', value: { city: 'Oslo', sky: 'clear' } },
          },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: heard }] },
      { role: 'user', content: [{ type: 'text', text: 'Thank you, stop.' }] },
    ]);
  });

  it('should cut `streamText` itself, with tools of its own, and give it back what was heard', async () => {
    const { model, open, signals } = answering();
    const errors: unknown[] = [];
    const bot: Bot = (messages, { signal }) =>
      streamText({
        model,
        messages: aiMessages(messages),
        allowSystemInMessages: true,
        tools: { weather },
        stopWhen: stepCountIs(3),
        abortSignal: signal,
        onError: ({ error }) => void errors.push(error),
      });
    const run = await fakeTime(vi, () =>
      conversation({
        stt: scriptedStt(script),
        llm: llmFrom(bot),
        tts: scriptedTts(),
        systemPrompt: 'Be brief.',
      })(scriptedInput(6_500), { write: () => undefined }),
    );
    expect(told(run)).toMatchInlineSnapshot(`
      [
        "1300 user.said How is the weather in Oslo?",
        "1400 bot.tool ",
        "1710 bot.toolResult {"city":"Oslo","sky":"clear"}",
        "3800 bot.interrupted It is clear in Oslo. The sun",
        "4500 user.said Thank you, stop.",
        "5190 bot.spoke Goodbye.",
      ]
    `);
    expect([open(), errors]).toEqual([0, []]);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect(model.doStreamCalls.at(-1)!.prompt).toMatchObject([
      { role: 'system', content: 'Be brief.' },
      { role: 'user' },
      { role: 'assistant', content: [{ type: 'tool-call', toolName: 'weather', input: { city: 'Oslo' } }] },
      { role: 'tool', content: [{ type: 'tool-result', output: { value: { city: 'Oslo', sky: 'clear' } } }] },
      { role: 'assistant', content: [{ type: 'text', text: heard }] },
      { role: 'user', content: [{ type: 'text', text: 'Thank you, stop.' }] },
    ]);
  });

  it('should abort the request while the model still writes', async () => {
    const { model, open, signals } = aiModel(
      prompt => words(prompt.length > 2 ? 'Goodbye.' : story.repeat(20)),
      { first: 200, each: 100 },
    );
    const run = await fakeTime(vi, () =>
      conversation({ stt: scriptedStt(script), llm: aiLlm(model), tts: scriptedTts() })(
        scriptedInput(6_500),
        {
          write: () => undefined,
        },
      ),
    );
    expect(signals[0]!.aborted).toBe(true);
    expect(open()).toBe(0);
    expect(run.values.some(({ value }) => value.type === 'bot.interrupted')).toBe(true);
    expect(run.values.at(-1)!.at).toBeLessThan(10_000);
  });
});
