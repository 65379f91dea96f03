import { concat, map, NEVER, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { remember } from '../../lib/conversation/history.ts';
import type { Llm, LlmEvent, Message } from '../../lib/llm/message.ts';
import { tool, type Tool } from '../../lib/llm/tool.ts';
import { type Call, run } from './call.ts';

const question = { from: 500, to: 1_500, text: 'What is the weather?' };
const history = (events: readonly ConversationEvent[]) => events.reduce<readonly Message[]>(remember, []);
const call = (id: string, name: string): LlmEvent => ({ type: 'toolCall', id, name, arguments: '{}' });
const words = (text: string): LlmEvent => ({ type: 'token', text });
const cost: LlmEvent = { type: 'usage', promptTokens: 10, completionTokens: 5 };

const taking = (name: string, ms: number, onInterrupt: 'finish' | 'cancel' = 'finish'): Tool =>
  tool({
    name,
    onInterrupt,
    description: '',
    parameters: z.object({}),
    run: () => (ms === Infinity ? NEVER : timer(ms).pipe(map(() => `${name} is done`))),
    timeoutMs: 60_000,
  });

/** A model that says something, calls tools, and then has the answer. */
const calling =
  (...calls: readonly LlmEvent[]): Llm =>
  messages =>
    messages.at(-1)?.role === 'tool'
      ? concat(timer(200).pipe(map(() => words('It is sunny.'))), of(cost))
      : concat(timer(200).pipe(map(() => words('Let me see.'))), of(...calls, cost));

const talk = (call: Partial<Call>) => {
  const { tools, ...rest } = call;
  return run({ says: [question], lasts: 9_000, ...rest, ...(tools && { tools }) });
};

describe('a reply with tools', () => {
  it('should be spoken while the tool runs, and go on with its result', () => {
    const { values, events, asked } = talk({
      llm: calling(call('1', 'weather')),
      tools: [taking('weather', 3_000)],
    });
    const told = values
      .filter(({ value }) => ['bot.tool', 'bot.toolResult', 'bot.speaking', 'bot.spoke'].includes(value.type))
      .map(({ at, value }) => [at, value.type, 'text' in value ? value.text : undefined]);
    expect(told).toEqual([
      [2_000, 'bot.tool', undefined],
      [2_100, 'bot.speaking', 'Let me see.'],
      [5_000, 'bot.toolResult', undefined],
      [5_300, 'bot.speaking', 'It is sunny.'],
      [6_020, 'bot.spoke', 'Let me see.\nIt is sunny.'],
    ]);
    expect(events).toContainEqual({
      type: 'bot.answered',
      turn: 1,
      text: 'Let me see.\nIt is sunny.',
      promptTokens: 20,
      completionTokens: 10,
    });
    expect(asked).toHaveLength(2);
    expect(history(events)).toEqual([
      { role: 'user', content: 'What is the weather?' },
      { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'weather', arguments: '{}' }] },
      { role: 'tool', content: 'weather is done', toolCallId: '1' },
      { role: 'assistant', content: 'Let me see.\nIt is sunny.' },
    ]);
  });

  it('should keep what was called and found when it is cut, with a result for every call', () => {
    const { events, asked, alive } = talk({
      says: [question, { from: 3_000, to: 3_500, text: 'Never mind.' }],
      llm: calling(call('1', 'quick'), call('2', 'endless')),
      tools: [taking('quick', 500), taking('endless', Infinity, 'cancel')],
      lasts: 4_200,
    });
    expect(history(events).slice(0, 6)).toEqual([
      { role: 'user', content: 'What is the weather?' },
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          { id: '1', name: 'quick', arguments: '{}' },
          { id: '2', name: 'endless', arguments: '{}' },
        ],
      },
      { role: 'tool', content: 'quick is done', toolCallId: '1' },
      { role: 'tool', content: expect.stringContaining('Cancelled') as string, toolCallId: '2' },
      { role: 'assistant', content: 'Let me see.' },
      { role: 'user', content: 'Never mind.' },
    ]);
    expect(asked[1]?.slice(1)).toEqual(history(events).slice(0, 6));
    expect(alive).toBe(0);
  });

  it('should keep the result of each call where a server gives two of them the same id', () => {
    const { events } = talk({
      llm: calling(call('1', 'slow'), call('1', 'quick')),
      tools: [taking('slow', 500), taking('quick', 100)],
    });
    const [, { toolCalls } = { toolCalls: [] }, ...results] = history(events);
    expect(toolCalls?.map(({ id, name }) => [id, name])).toEqual([
      ['1', 'slow'],
      ['1_2', 'quick'],
    ]);
    expect(results.slice(0, 2)).toEqual([
      { role: 'tool', content: 'slow is done', toolCallId: '1' },
      { role: 'tool', content: 'quick is done', toolCallId: '1_2' },
    ]);
  });

  it('should keep calls of a later round as a message of their own', () => {
    const rounds: Llm = messages => {
      const results = messages.filter(({ role }) => role === 'tool').length;
      return timer(100).pipe(
        map(() => (results < 2 ? call(`${results}`, 'weather') : words('Sunny all along.'))),
      );
    };
    const { events } = talk({ llm: rounds, tools: [taking('weather', 10)] });
    expect(history(events).map(({ role, toolCalls }) => [role, toolCalls?.[0]?.id])).toEqual([
      ['user', undefined],
      ['assistant', '0'],
      ['tool', undefined],
      ['assistant', '1'],
      ['tool', undefined],
      ['assistant', undefined],
    ]);
  });
});
