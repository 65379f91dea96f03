import OpenAI, { APIError, AuthenticationError, InternalServerError, RateLimitError } from 'openai';
import { filter, firstValueFrom, take, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { ofType } from '../../lib/index.ts';
import {
  type LoopbackEvent,
  type OpenaiServer,
  openaiServer,
  type OpenaiServerOptions,
} from '../../lib/testing/index.ts';

let server: OpenaiServer;
afterEach(() => server.close());

const quick = { firstTokenMs: 0, tokensPerSecond: 0, ttsMs: 0, ttsSpeed: 1_000 };
const start = async (options: OpenaiServerOptions = {}) => {
  server = await openaiServer({ latencies: quick, ...options });
  return new OpenAI({ apiKey: 'key', baseURL: server.baseURL, maxRetries: 0, logLevel: 'off' });
};
const ask: OpenAI.ChatCompletionCreateParamsStreaming = {
  model: 'gpt-6-luna',
  messages: [{ role: 'user', content: 'Hi.' }],
  stream: true,
};

/** Not every event of a bad day has choices. */
const firstOf = ({ choices }: Partial<OpenAI.ChatCompletionChunk>) => choices?.[0];

/** All chunks of a streamed answer. */
async function chunks(client: OpenAI, body: Partial<OpenAI.ChatCompletionCreateParamsStreaming> = {}) {
  const all: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of await client.chat.completions.create({ ...ask, ...body })) all.push(chunk);
  return all;
}
const textOf = (all: readonly OpenAI.ChatCompletionChunk[]) =>
  all.map(chunk => firstOf(chunk)?.delta.content ?? '').join('');
const endOf = (all: readonly OpenAI.ChatCompletionChunk[]) =>
  all.map(chunk => firstOf(chunk)?.finish_reason).filter(reason => reason != null);
const next = <Type extends LoopbackEvent['type']>(type: Type) =>
  firstValueFrom(server.event$.pipe(ofType(type)));

describe('openaiServer, to the official SDK', () => {
  it('should stream an answer, with its cost, and whatever its letters', async () => {
    const reply = 'Grüß Gott! 你好 👋🏽 – naïve café.\n\nDone.';
    const all = await chunks(await start({ reply }), { stream_options: { include_usage: true } });
    expect(textOf(all)).toBe(reply);
    expect(all[0]!.choices[0]!.delta).toEqual({ role: 'assistant', content: '', refusal: null });
    expect(endOf(all)).toEqual(['stop']);
    expect(all.at(-1)!.choices).toEqual([]);
    expect(all.at(-1)!.usage!.completion_tokens).toBe(all.length - 3);
    expect(all.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  it('should answer what it is asked, and keep the request but not the key', async () => {
    const client = await start({ reply: messages => `You said: ${String(messages.at(-1)?.content)}` });
    expect(textOf(await chunks(client, { reasoning_effort: 'none' }))).toBe('You said: Hi.');
    const request = server.events.find(({ type }) => type === 'request');
    expect(request).toMatchObject({
      endpoint: 'completions',
      body: { model: 'gpt-6-luna', reasoning_effort: 'none' },
    });
    expect(JSON.stringify(server.events)).not.toContain('key');
  });

  it('should fail as the service does where its reply or its voice throws, say what, and go on', async () => {
    const client = await start({
      reply: messages => {
        if (messages.length < 2) throw new TypeError('no such cake');
        return 'Fine.';
      },
      tts: () => {
        throw new Error('no such voice');
      },
    });
    const failure = await chunks(client).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InternalServerError);
    expect(failure).toMatchObject({ status: 500, error: { message: 'no such cake', type: 'server_error' } });
    const speech = { model: 'tts', voice: 'marin', input: 'Hi.', response_format: 'pcm' } as const;
    await expect(client.audio.speech.create(speech)).rejects.toThrow('500 no such voice');
    expect(textOf(await chunks(client, { messages: [...ask.messages, ...ask.messages] }))).toBe('Fine.');
  });

  it('should answer in one piece too', async () => {
    const client = await start({ reply: 'In one piece.' });
    const whole = await client.chat.completions.create({ ...ask, stream: false });
    expect(whole.choices[0]).toMatchObject({ message: { content: 'In one piece.' }, finish_reason: 'stop' });
  });

  it('should call tools, several at once, and take their results', async () => {
    const client = await start({
      reply: messages =>
        messages.at(-1)?.role === 'tool'
          ? `It is ${String(messages.at(-1)?.content)}.`
          : {
              text: 'Let me see.',
              toolCalls: [
                { name: 'weather', arguments: { city: 'Bern' } },
                { name: 'time', arguments: '{"zone":' },
              ],
            },
    });
    const stream = client.chat.completions.stream({ ...ask, stream: true });
    const { message, finish_reason } = (await stream.finalChatCompletion()).choices[0]!;
    expect(finish_reason).toBe('tool_calls');
    expect(message.content).toBe('Let me see.');
    const calls = message.tool_calls!;
    expect(calls.map(call => [call.function.name, call.function.arguments])).toEqual([
      ['weather', '{"city":"Bern"}'],
      ['time', '{"zone":'],
    ]);
    const asked = [...ask.messages, { role: 'assistant' as const, tool_calls: calls }];
    await expect(chunks(client, { messages: asked })).rejects.toThrow(calls[0]!.id);
    const results = calls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: 'fine' }));
    expect(textOf(await chunks(client, { messages: [...asked, ...results] }))).toBe('It is fine.');
  });

  it('should refuse, filter and stop at the limit of tokens', async () => {
    const client = await start({ reply: { refusal: 'I will not.' } });
    const refused = await chunks(client);
    expect(refused.map(chunk => chunk.choices[0]?.delta.refusal ?? '').join('')).toBe('I will not.');
    await server.set({ reply: { text: 'Well', finishReason: 'content_filter' } });
    expect(endOf(await chunks(client))).toEqual(['content_filter']);
    await server.set({ reply: 'one two three four' });
    const cut = await chunks(client, { max_completion_tokens: 2 });
    expect([textOf(cut), endOf(cut)]).toEqual(['one two', ['length']]);
  });

  it('should see the client hang up', async () => {
    const client = await start({
      latencies: { firstTokenMs: 0, tokensPerSecond: 20 },
      reply: 'word '.repeat(500),
    });
    const closed = next('closed');
    const stream = await client.chat.completions.create(ask);
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    expect(await closed).toMatchObject({ endpoint: 'completions', by: 'client' });
    expect(server.connections).toBe(0);
  });

  it('should speak in PCM, in chunks that split samples', async () => {
    const client = await start({ msPerCharacter: 50 });
    const response = await client.audio.speech.create({
      model: 'any',
      voice: 'alloy',
      input: 'Hello there.',
      response_format: 'pcm',
    });
    const sizes: number[] = [];
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) sizes.push(chunk.length);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(0.6 * 24_000 * 2);
    expect(server.events.map(({ type }) => type)).toContain('speaking');
  });

  it('should list its models, and know no others', async () => {
    const client = await start({ models: ['small', 'large'] });
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).toEqual(['small', 'large']);
    await expect(chunks(client)).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it('should want a key, and the right one if it has one', async () => {
    await start({ key: 'secret' });
    const with_ = (apiKey: string) =>
      new OpenAI({ apiKey, baseURL: server.baseURL, maxRetries: 0, logLevel: 'off' });
    await expect(chunks(with_('wrong'))).rejects.toBeInstanceOf(AuthenticationError);
    expect(textOf(await chunks(with_('secret')))).not.toBe('');
    expect(JSON.stringify(server.events)).not.toMatch(/secret|wrong/u);
  });
});

describe('openaiServer on a bad day', () => {
  it.each([
    ['401', AuthenticationError, { code: 'invalid_api_key' }],
    ['429', RateLimitError, { code: 'rate_limit_exceeded' }],
    ['quota', RateLimitError, { code: 'insufficient_quota', status: 429 }],
    ['500', InternalServerError, { status: 500 }],
    ['503-html', InternalServerError, { status: 503 }],
    ['402', APIError, { status: 402 }],
    ['refused', OpenAI.APIConnectionError, {}],
  ] as const)('should answer with %s', async (fault, error, facts) => {
    const client = await start({ faults: [fault] });
    const thrown: unknown = await chunks(client).catch((cause: unknown) => cause);
    expect(thrown).toBeInstanceOf(error);
    expect(thrown).toMatchObject(facts);
    await server.set({ faults: [] });
    expect(textOf(await chunks(client))).not.toBe('');
  });

  it('should say when to try again, and the SDK does', async () => {
    await start({ faults: [{ fault: '429-retry-after', retryAfter: 0.02, nth: 1 }] });
    const patient = new OpenAI({ apiKey: 'key', baseURL: server.baseURL, maxRetries: 1, logLevel: 'off' });
    expect(textOf(await chunks(patient))).not.toBe('');
    expect(server.events.filter(({ type }) => type === 'opened')).toHaveLength(2);
  });

  it('should never answer', async () => {
    await start({ faults: ['no-answer'] });
    const hasty = new OpenAI({
      apiKey: 'k',
      baseURL: server.baseURL,
      maxRetries: 0,
      timeout: 50,
      logLevel: 'off',
    });
    await expect(chunks(hasty)).rejects.toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
  });

  it('should be cut in the middle', async () => {
    const client = await start({ faults: ['cut'], reply: 'one two three four five' });
    await expect(chunks(client)).rejects.toThrow('terminated');
    expect(server.events.at(-1)).toMatchObject({ type: 'closed', by: 'server' });
    expect(server.connections).toBe(0);
  });

  it('should end in the middle as if all were said, and without [DONE]', async () => {
    const client = await start({ faults: ['end'], reply: 'one two three four five' });
    expect(endOf(await chunks(client))).toEqual([]);
    await server.set({ faults: ['no-done'] });
    expect(endOf(await chunks(client))).toEqual(['stop']);
  });

  it('should fail in the middle', async () => {
    const client = await start({ faults: ['error-frame'], reply: 'one two three four five' });
    await expect(chunks(client)).rejects.toMatchObject({ status: undefined, type: 'server_error' });
  });

  it('should send garbage and unknown messages', async () => {
    const client = await start({ faults: ['garbage'], reply: 'one two three four five' });
    await expect(chunks(client)).rejects.toThrow(SyntaxError);
    await server.set({ faults: ['unknown-messages', 'ping'] });
    const all = await chunks(client);
    expect(textOf(all)).toBe('one two three four five');
    expect(all.filter(chunk => !('choices' in chunk)).length).toBeGreaterThan(3);
  });

  it.each(['stall', 'half-open', 'mute'] as const)('should fall silent: %s', async fault => {
    const client = await start({ faults: [fault], reply: 'one two three four five' });
    const struck = next('fault');
    const stream = await client.chat.completions.create(ask);
    const reading = (async () => {
      for await (const { id } of stream) expect(id).toContain('chatcmpl');
      return 'ended';
    })();
    expect(await struck).toMatchObject({ fault });
    expect(server.connections).toBe(1);
    // A server that reads nothing doesn't notice that the client is gone.
    const closed = fault === 'half-open' ? { by: 'client' } : next('closed');
    stream.controller.abort();
    expect(await reading).toBe('ended');
    expect(await closed).toMatchObject({ by: 'client' });
  });

  it('should strike by number, at random by its seed, and from outside', async () => {
    const client = await start({ faults: [{ fault: '500', nth: [2, 3] }] });
    const outcomes = async (count: number) => {
      const all: boolean[] = [];
      for (let index = 0; index < count; index++)
        all.push(
          await chunks(client)
            .then(() => true)
            .catch(() => false),
        );
      return all;
    };
    expect(await outcomes(4)).toEqual([true, false, false, true]);
    await server.set({ faults: [{ fault: '500', probability: 0.5 }], seed: 7 });
    const first = await outcomes(12);
    expect(first).toContain(true);
    expect(first).toContain(false);
    await server.set({ seed: 7 });
    expect(await outcomes(12)).toEqual(first);

    await server.set({ faults: [], latencies: { firstTokenMs: 0, tokensPerSecond: 10 } });
    const reading = chunks(client);
    await firstValueFrom(
      server.event$.pipe(
        filter(({ type }) => type === 'sent'),
        take(1),
        toArray(),
      ),
    );
    server.strike('cut', 'speech');
    server.strike('cut');
    await expect(reading).rejects.toThrow('terminated');
  });
});
