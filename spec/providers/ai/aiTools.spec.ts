import { jsonSchema, tool as aiTool, zodSchema } from 'ai';
import { lastValueFrom, type Observable } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Message } from '../../../lib/llm/message.ts';
import { aiTools } from '../../../lib/providers/ai/index.ts';

const city = z.object({ city: z.string().describe('A city.'), days: z.number().default(1) });
const resultOf = (result$: Observable<string>): Promise<string> => lastValueFrom(result$);
const only = (tools: Parameters<typeof aiTools>[0], options?: Parameters<typeof aiTools>[1]) => {
  const [tool] = aiTools(tools, options);
  return tool!;
};

describe('aiTools', () => {
  it.each([
    ['zod', city],
    ['zodSchema', zodSchema(city)],
    [
      'jsonSchema',
      jsonSchema<z.output<typeof city>>({
        type: 'object',
        properties: { city: { type: 'string', description: 'A city.' } },
        required: ['city'],
      }),
    ],
    ['a function of one', () => zodSchema(city)],
  ])('should describe and run a tool whose input is %s', async (_, inputSchema) => {
    const execute = vi.fn(({ city }: { city: string }) => ({ city, sky: 'clear' }));
    const weather = only({ weather: aiTool({ description: 'The weather.', inputSchema, execute }) });
    expect(weather).toMatchObject({
      name: 'weather',
      description: 'The weather.',
      parameters: { type: 'object', properties: { city: { type: 'string', description: 'A city.' } } },
    });
    expect(weather.parameters).not.toHaveProperty('$schema');
    expect(await resultOf(weather.call('{"city":"Oslo"}'))).toBe('{"city":"Oslo","sky":"clear"}');
  });

  it('should give it the checked input, the id, the messages and a signal', async () => {
    const execute = vi.fn(() => 'fine');
    const weather = only({ weather: aiTool({ inputSchema: city, execute }) });
    const messages: Message[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'And Oslo?' },
    ];
    await resultOf(weather.call('{"city":"Oslo"}', { id: 'call-1', messages }));
    expect(execute).toHaveBeenCalledWith(
      { city: 'Oslo', days: 1 },
      {
        toolCallId: 'call-1',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'And Oslo?' }] }],
        abortSignal: expect.any(AbortSignal) as AbortSignal,
      },
    );
  });

  it.each<[string, () => unknown, string]>([
    ['a text', () => 'clear', 'clear'],
    ['a promise', () => Promise.resolve({ sky: 'clear' }), '{"sky":"clear"}'],
    [
      'an async iterable, of which the last value counts',
      async function* () {
        yield await Promise.resolve('loading');
        yield 'clear';
      },
      'clear',
    ],
    ['an exception', () => expect.fail('no sky'), '{"error":"no sky"}'],
    ['a rejection', () => Promise.reject(new Error('no sky')), '{"error":"no sky"}'],
    [
      'an async iterable without a value',
      async function* () {
        await Promise.resolve();
      },
      '{"error":"it ended without a result"}',
    ],
    ['nothing', () => undefined, 'done'],
  ])('should give %s as the result', async (_, execute, expected) => {
    const weather = only({ weather: { inputSchema: city, execute } });
    expect(await resultOf(weather.call('{"city":"Oslo"}'))).toBe(expected);
  });

  it.each([
    ['zod', city, '{"city":5}', 'city'],
    ['zodSchema', zodSchema(city), '{}', 'city'],
    ['zod, for what is no JSON', city, 'Oslo', 'not JSON'],
  ])('should report a wrong input to the model, and not run: %s', async (_, inputSchema, json, expected) => {
    const execute = vi.fn(() => 'ran');
    const weather = only({ weather: aiTool({ inputSchema, execute }) });
    const { error } = JSON.parse(await resultOf(weather.call(json))) as { error: string };
    expect(error).toContain('The arguments are');
    expect(error).toContain(expected);
    expect(execute).not.toHaveBeenCalled();
  });

  it.each<[string, unknown, string]>([
    ['text', { type: 'text', value: 'It is clear.' }, 'It is clear.'],
    ['JSON', { type: 'json', value: { sky: 'clear' } }, '{"sky":"clear"}'],
    [
      'parts',
      {
        type: 'content',
        value: [
          { type: 'text', text: 'One.' },
          { type: 'media', data: '…' },
          { type: 'text', text: 'Two.' },
        ],
      },
      'One.\nTwo.',
    ],
  ])('should give the model the output that toModelOutput makes: %s', async (_, output, expected) => {
    const toModelOutput = vi.fn(() => output);
    const weather = only({ weather: { inputSchema: city, execute: () => 7, toModelOutput } });
    expect(await resultOf(weather.call('{"city":"Oslo"}', { id: 'a', messages: [] }))).toBe(expected);
    expect(toModelOutput).toHaveBeenCalledWith({
      toolCallId: 'a',
      input: { city: 'Oslo', days: 1 },
      output: 7,
    });
  });

  it.each<[string, unknown, boolean | undefined, boolean]>([
    ['always, and is refused without a word of yours', true, undefined, false],
    ['always, and is approved', true, true, true],
    ['for this input, and is refused', ({ city }: { city: string }) => city === 'Oslo', false, false],
    ['for other inputs', async () => Promise.resolve(false), undefined, true],
  ])('should ask before a tool that needs an approval %s', async (_, needsApproval, approved, runs) => {
    const execute = vi.fn(() => 'ran');
    const approve = vi.fn(() => Promise.resolve(approved ?? false));
    const options = approved === undefined ? {} : { approve };
    const weather = only({ weather: { inputSchema: city, execute, needsApproval } }, options);
    const result = await resultOf(weather.call('{"city":"Oslo"}'));
    expect(result).toBe(runs ? 'ran' : '{"error":"The call was not approved."}');
    expect(execute).toHaveBeenCalledTimes(runs ? 1 : 0);
    if (approved !== undefined)
      expect(approve).toHaveBeenCalledWith({ name: 'weather', input: { city: 'Oslo', days: 1 } });
  });

  it('should abort the signal and close the iterator when it is unsubscribed', async () => {
    let signal: AbortSignal | undefined;
    let isClosed = false;
    const weather = only({
      weather: {
        inputSchema: city,
        execute: (_: unknown, { abortSignal }: { abortSignal: AbortSignal }) => {
          signal = abortSignal;
          return {
            [Symbol.asyncIterator]: () => ({
              next: () => new Promise(() => undefined),
              return: () => {
                isClosed = true;
                return Promise.resolve({ done: true, value: undefined });
              },
            }),
          };
        },
      },
    });
    const running = weather.call('{"city":"Oslo"}').subscribe();
    await vi.waitFor(() => expect(signal).toBeDefined());
    await Promise.resolve();
    running.unsubscribe();
    expect(signal!.aborted).toBe(true);
    await vi.waitFor(() => expect(isClosed).toBe(true));
  });

  it('should keep the order and the options of all', () => {
    const tools = aiTools(
      { a: { execute: () => 1 }, b: { execute: () => 2 } },
      { onInterrupt: 'cancel', timeoutMs: 500 },
    );
    expect(tools.map(({ name, onInterrupt }) => [name, onInterrupt])).toEqual([
      ['a', 'cancel'],
      ['b', 'cancel'],
    ]);
    expect(tools[0]!.parameters).toEqual({ type: 'object', properties: {} });
  });

  it.each<[string, object, string]>([
    ['a tool without execute', { inputSchema: city }, "The tool 'weather' has no execute"],
    [
      'a tool of the provider',
      { type: 'provider', id: 'openai.web_search', args: {} },
      "The tool 'weather' is run by the provider. Pass it to aiLlm",
    ],
    [
      'a schema that can not be described',
      { inputSchema: z.object({ when: z.date() }), execute: () => 1 },
      "The inputSchema of the tool 'weather'",
    ],
    [
      'a schema that comes later',
      { inputSchema: jsonSchema(Promise.resolve({ type: 'object' as const })), execute: () => 1 },
      'is there at once',
    ],
    ['something else', { inputSchema: 5, execute: () => 1 }, 'is a number'],
  ])('should refuse %s, and say what to do', (_, tool, expected) => {
    expect(() => aiTools({ weather: tool })).toThrow(expected);
  });

  it('should refuse a name that models do not take', () => {
    expect(() => aiTools({ 'the weather': { execute: () => 1 } })).toThrow("'the weather'");
  });
});
