import { firstValueFrom, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tool } from '../../../lib/index.ts';
import { withTools } from '../../../lib/operators.ts';
import type { LlmEvent, LlmRequest, Message } from '../../../lib/llm/message.ts';
import { openaiLlm } from '../../../lib/providers/openai/index.ts';
import { type OpenaiServer, openaiServer, type OpenaiServerOptions } from '../../../lib/testing/index.ts';

let server: OpenaiServer;
afterEach(() => server.close());

const serve = async (options: OpenaiServerOptions) => {
  server = await openaiServer({ latencies: { firstTokenMs: 0, tokensPerSecond: 0 }, ...options });
  return openaiLlm({ apiKey: 'any', baseURL: server.baseURL, model: 'test' });
};
const all = (event$: ReturnType<Awaited<ReturnType<typeof serve>>>): Promise<LlmEvent[]> =>
  firstValueFrom(event$.pipe(toArray()));
const question: readonly Message[] = [{ role: 'user', content: 'How warm is it in Bern, and what time?' }];
const bodies = () =>
  server.events.flatMap(event => (event.type === 'request' ? [event.body as Record<string, unknown>] : []));

const weather = tool({
  name: 'weather',
  description: 'The weather.',
  parameters: z.object({ city: z.string() }),
  run: ({ city }) => `warm in ${city}`,
});
const time = tool({ name: 'time', description: 'The time.', parameters: z.object({}), run: () => 'noon' });
const called = {
  text: 'Let me see.',
  toolCalls: [
    { name: 'weather', arguments: { city: 'Bern' } },
    { name: 'time', arguments: {} },
  ],
};

describe('openaiLlm with tools', () => {
  it('should emit the model’s tool calls, whole, after the text', async () => {
    const llm = await serve({ reply: called });
    expect((await all(llm(question))).filter(({ type }) => type !== 'token')).toEqual([
      {
        type: 'toolCall',
        id: expect.any(String) as string,
        name: 'weather',
        arguments: '{"city":"Bern"}',
      },
      { type: 'toolCall', id: expect.any(String) as string, name: 'time', arguments: '{}' },
      expect.objectContaining({ type: 'usage' }),
    ]);
  });

  it('should describe them, let them run, and answer with their results', async () => {
    const llm = await serve({
      reply: messages =>
        messages.at(-1)?.role === 'tool'
          ? `It is ${messages
              .filter(({ role }) => role === 'tool')
              .map(({ content }) => String(content))
              .join(' at ')}.`
          : called,
    });
    const events = await all(withTools(llm, [weather, time])(question));
    const text = events.map(event => (event.type === 'token' ? event.text : '')).join('');
    expect(text).toBe('Let me see.It is warm in Bern at noon.');

    const [first, second] = bodies();
    expect(first).toMatchObject({
      tools: [
        {
          type: 'function',
          function: {
            name: 'weather',
            description: 'The weather.',
            parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
          },
        },
        { type: 'function', function: { name: 'time' } },
      ],
    });
    const [, assistant, ...results] = second!['messages'] as Record<string, unknown>[];
    const calls = assistant!['tool_calls'] as { id: string }[];
    expect(assistant).toMatchObject({
      role: 'assistant',
      content: 'Let me see.',
      tool_calls: [
        { type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
        { type: 'function', function: { name: 'time', arguments: '{}' } },
      ],
    });
    expect(results).toEqual([
      { role: 'tool', tool_call_id: calls[0]!.id, content: 'warm in Bern' },
      { role: 'tool', tool_call_id: calls[1]!.id, content: 'noon' },
    ]);
  });

  it('should ask again over the connection that the tools were called on', async () => {
    const llm = await serve({
      reply: messages => (messages.at(-1)?.role === 'tool' ? 'Warm.' : { toolCalls: called.toolCalls }),
    });
    await all(withTools(llm, [weather, time])(question));
    const ports = server.events.flatMap(event => (event.type === 'opened' ? [event.port] : []));
    expect(ports).toHaveLength(2);
    expect(ports[1]).toBe(ports[0]);
  });

  it('should let the model mend arguments that do not fit', async () => {
    const llm = await serve({
      reply: messages => {
        const content = String(messages.at(-1)?.content);
        if (/error/u.test(content)) return { toolCalls: [{ name: 'weather', arguments: { city: 'Bern' } }] };
        return /^warm/u.test(content)
          ? 'Warm.'
          : { toolCalls: [{ name: 'weather', arguments: '{"town":1}' }] };
      },
    });
    const results = (await all(withTools(llm, [weather])(question))).flatMap(event =>
      event.type === 'toolResult' ? [event.content] : [],
    );
    expect(results).toEqual([expect.stringContaining('city') as string, 'warm in Bern']);
  });

  it('should forbid calls where the request does', async () => {
    const llm = await serve({ reply: 'Warm.' });
    const { name, description, parameters } = time;
    const request: LlmRequest = { tools: [{ name, description, parameters }], toolChoice: 'none' };
    await all(llm(question, request));
    expect(bodies()[0]).toMatchObject({ tool_choice: 'none' });
  });

  it('should send a history that every server takes, whatever a model once made up', async () => {
    const llm = await serve({ reply: 'Sorry.' });
    await all(
      llm([
        ...question,
        { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'the weather', arguments: '{"ci' }] },
        { role: 'tool', content: 'no such tool', toolCallId: '1' },
      ]),
    );
    expect((bodies()[0]!['messages'] as unknown[])[1]).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [{ id: '1', type: 'function', function: { name: 'the_weather', arguments: '{}' } }],
    });
  });
});
