import OpenAI, { BadRequestError, NotFoundError } from 'openai';
import type { ResponseInputItem, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ChatMessage,
  type OpenaiServer,
  openaiServer,
  type OpenaiServerOptions,
} from '../../lib/testing/index.ts';

let server: OpenaiServer;
const sockets: ResponsesWS[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await server.close();
});

const quick = { firstTokenMs: 0, tokensPerSecond: 0 };
const start = async (options: OpenaiServerOptions = {}): Promise<OpenAI> => {
  server = await openaiServer({ latencies: quick, ...options });
  return new OpenAI({ apiKey: 'key', baseURL: server.baseURL, maxRetries: 0, logLevel: 'off' });
};
const echo = (messages: readonly ChatMessage[]): string =>
  messages.map(({ role, content }) => `${role}: ${String(content)}`).join(' | ');
const said = (content: string): ResponseInputItem => ({ role: 'user', content });

const all = async (events: AsyncIterable<ResponseStreamEvent>): Promise<ResponseStreamEvent[]> => {
  const list: ResponseStreamEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
};
const typesOf = (events: readonly { readonly type: string }[]): string[] => [
  ...new Set(events.map(({ type }) => type)),
];

describe('openaiServer, asked for responses over HTTP by the official SDK', () => {
  it('should stream the events of a text, whatever its letters', async () => {
    const reply = 'Grüß Gott! 你好 👋🏽 – naïve café.\n\nDone.';
    const client = await start({ reply });
    const events = await all(await client.responses.create({ model: 'any', input: 'Hi.', stream: true }));
    expect(typesOf(events)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(
      events.map(event => (event.type === 'response.output_text.delta' ? event.delta : '')).join(''),
    ).toBe(reply);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
  });

  it('should give the whole response to a request that does not stream, and to the SDK’s helper', async () => {
    const client = await start({ reply: 'Yes, I am.' });
    const whole = await client.responses.create({ model: 'any', input: 'Hi.', max_output_tokens: 100 });
    expect(whole).toMatchObject({ output_text: 'Yes, I am.', status: 'completed', error: null });
    expect(whole.usage!.output_tokens).toBeGreaterThan(3);
    const helped = await client.responses.stream({ model: 'any', input: 'Hi.' }).finalResponse();
    expect(helped.output_text).toBe('Yes, I am.');
  });

  it('should call functions, in parallel, with its reasoning before them, and read their outputs', async () => {
    const client = await start({
      reply: messages =>
        messages.at(-1)?.role === 'tool'
          ? echo(messages)
          : {
              reasoning: 'I should look.',
              text: 'One moment.',
              toolCalls: [
                { name: 'weather', arguments: { city: 'Oslo' } },
                { name: 'weather', arguments: { city: 'Rome' } },
              ],
            },
    });
    const first = await client.responses.create({
      model: 'any',
      store: false,
      include: ['reasoning.encrypted_content'],
      input: [said('Oslo or Rome?')],
    });
    expect(first.output.map(({ type }) => type)).toEqual([
      'reasoning',
      'message',
      'function_call',
      'function_call',
    ]);
    const outputs = first.output.flatMap((item): ResponseInputItem[] =>
      item.type === 'function_call'
        ? [{ type: 'function_call_output', call_id: item.call_id, output: `Sun, ${item.arguments}` }]
        : [],
    );
    const second = await client.responses.create({
      model: 'any',
      store: false,
      input: [said('Oslo or Rome?'), ...(first.output as ResponseInputItem[]), ...outputs],
    });
    expect(second.output_text).toBe(
      'user: Oslo or Rome? | assistant: One moment. | tool: Sun, {"city":"Oslo"} | tool: Sun, {"city":"Rome"}',
    );
  });

  it('should continue a stored response, and no other', async () => {
    const client = await start({ reply: echo });
    const first = await client.responses.create({ model: 'any', input: 'A', instructions: 'Be brief.' });
    const second = await client.responses.create({
      model: 'any',
      input: 'B',
      previous_response_id: first.id,
    });
    // Instructions are those of a request alone.
    expect(second.output_text).toBe('user: A | assistant: developer: Be brief. | user: A | user: B');
    const hidden = await client.responses.create({ model: 'any', input: 'A', store: false });
    await expect(
      client.responses.create({ model: 'any', input: 'B', previous_response_id: hidden.id }),
    ).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
      param: 'previous_response_id',
    });
  });

  it('should keep the conversation that it believes each response belongs to', async () => {
    const client = await start({ reply: 'Fine.' });
    const { id } = await client.responses.create({ model: 'any', input: [said('A')] });
    expect(server.responses).toMatchObject([
      { id, messages: [{ role: 'user', content: 'A' }], output: [{ type: 'message', role: 'assistant' }] },
    ]);
  });

  it.each<[string, OpenaiServerOptions, string]>([
    ['a limit of tokens', { reply: 'one two three four '.repeat(9) }, 'max_output_tokens'],
    ['a content filter', { reply: { text: 'one', finishReason: 'content_filter' } }, 'content_filter'],
  ])('should end incomplete at %s', async (_, options, reason) => {
    const client = await start(options);
    const response = await client.responses.create({ model: 'any', input: 'Hi.', max_output_tokens: 16 });
    expect(response).toMatchObject({ status: 'incomplete', incomplete_details: { reason } });
  });

  it('should refuse', async () => {
    const client = await start({ reply: { refusal: 'I can not help with that.' } });
    const events = await all(await client.responses.create({ model: 'any', input: 'Hi.', stream: true }));
    expect(typesOf(events)).toContain('response.refusal.delta');
    const done = events.find(event => event.type === 'response.refusal.done');
    expect(done).toMatchObject({ refusal: 'I can not help with that.' });
  });

  const call: ResponseInputItem = { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' };
  it.each<[string, object, RegExp]>([
    ['no model', { model: '' }, /model/],
    ['no input', { input: undefined }, /input/],
    ['the fields of chat completions', { messages: [] }, /moved to 'input'/],
    ['… of their limits', { max_tokens: 5 }, /moved to 'max_output_tokens'/],
    ['… of reasoning', { reasoning_effort: 'low' }, /moved to 'reasoning.effort'/],
    ['too low a limit of tokens', { max_output_tokens: 5 }, /below minimum value/],
    [
      'a call without an output',
      { input: [said('A'), call, said('B')] },
      /No tool output found for function call c1/,
    ],
    [
      'an output without a call',
      { input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] },
      /No tool call/,
    ],
    [
      'reasoning of another server',
      { input: [said('A'), { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'x' }] },
      /could not be verified/,
    ],
    ['a role that is unknown', { input: [{ role: 'bot', content: 'A' }] }, /Invalid value: 'bot'/],
    [
      'an effort of another model',
      { model: 'gpt-5.1', reasoning: { effort: 'xhigh' } },
      /not supported with the 'gpt-5.1' model/,
    ],
    [
      'a temperature with reasoning',
      { model: 'gpt-6-luna', temperature: 0.5 },
      /'temperature' is not supported/,
    ],
    [
      'reasoning of a model that has none',
      { model: 'gpt-4.1', include: ['reasoning.encrypted_content'] },
      /Encrypted content is not supported/,
    ],
    [
      'a strict tool whose schema is not',
      {
        tools: [
          {
            type: 'function',
            name: 'f',
            strict: true,
            parameters: { type: 'object', properties: { a: {} } },
          },
        ],
      },
      /Invalid schema for function 'f'/,
    ],
  ])('should refuse a request with %s', async (_, patch, message) => {
    const client = await start();
    const body = { model: 'any', input: 'Hi.', ...patch };
    const error: unknown = await client.responses.create(body).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(BadRequestError);
    expect((error as Error).message).toMatch(message);
  });

  it('should know its models, and report a failure in the middle', async () => {
    const client = await start({ models: ['known'], faults: [{ fault: 'error-frame', on: 'responses' }] });
    await expect(client.responses.create({ model: 'other', input: 'A' })).rejects.toThrow(NotFoundError);
    // Version 6 of the SDK passes the event on, version 7 rejects.
    const events$ = client.responses.create({ model: 'known', input: 'A', stream: true }).then(all);
    const [last] = await events$.then(
      events => events.slice(-1),
      (error: unknown) => [error],
    );
    expect(last).toMatchObject({ message: expect.stringMatching(/error while processing/) as string });
  });
});

/** A WebSocket of the official SDK, and its events. */
async function connect(client: OpenAI) {
  const socket = new ResponsesWS(client);
  sockets.push(socket);
  const events: (Record<string, unknown> & { type: string })[] = [];
  socket.on('event', event => events.push(event as never));
  socket.on('error', () => undefined);
  await new Promise(resolve => socket.socket.once('open', resolve));
  const ask = (fields: object): void =>
    socket.send({ type: 'response.create', model: 'any', store: false, ...fields } as never);
  const of = (type: string, lane?: string) =>
    events.filter(event => event.type === type && event['stream_id'] === lane);
  const answered = async (lane?: string, count = 1): Promise<string> => {
    await expect.poll(() => of('response.completed', lane).length).toBe(count);
    return (of('response.completed', lane).at(-1)!['response'] as { id: string }).id;
  };
  const textOf = (lane?: string): string =>
    of('response.output_text.delta', lane)
      .map(({ delta }) => delta)
      .join('');
  const errors = () =>
    events.filter(({ type }) => type === 'error') as unknown as { error: { code: string } }[];
  return { socket, events, ask, of, answered, textOf, errors };
}

describe('openaiServer, asked for responses over a WebSocket by the official SDK', () => {
  it('should answer, and continue with the new input only', async () => {
    const { ask, answered, textOf } = await connect(await start({ reply: echo }));
    ask({ input: [said('A')] });
    const previous_response_id = await answered();
    ask({ input: [said('B')], previous_response_id });
    await answered(undefined, 2);
    expect(textOf()).toBe('user: Auser: A | assistant: user: A | user: B');
  });

  it('should run lanes side by side, one after the other within each, and name them in every event', async () => {
    const client = await start({ latencies: { firstTokenMs: 30, tokensPerSecond: 200 }, reply: echo });
    const { ask, answered, events, textOf } = await connect(client);
    for (const lane of ['a', 'b', 'a']) ask({ stream_id: lane, input: [said(lane)] });
    await answered('b');
    await answered('a', 2);
    expect(textOf('a')).toBe('user: auser: a');
    expect(events.every(event => event['stream_id'] === 'a' || event['stream_id'] === 'b')).toBe(true);
    const order = events
      .filter(({ type }) => /created|completed/u.test(type))
      .map(event => `${event['stream_id'] as string} ${event.type.slice(9)}`);
    expect(order.slice(0, 2)).toEqual(['a created', 'b created']);
    expect(order.filter(each => each.startsWith('a'))).toEqual([
      'a created',
      'a completed',
      'a created',
      'a completed',
    ]);
  });

  it('should keep the latest response of a lane, which any lane can continue', async () => {
    const { ask, answered, errors, textOf } = await connect(await start({ reply: echo }));
    ask({ stream_id: 'a', input: [said('A')] });
    const first = await answered('a');
    ask({ stream_id: 'b', input: [said('B')], previous_response_id: first });
    await answered('b');
    ask({ stream_id: 'c', input: [said('C')], previous_response_id: first });
    await answered('c');
    expect(textOf('c')).toBe('user: A | assistant: user: A | user: C');
    ask({ stream_id: 'a', input: [said('Z')] });
    await answered('a', 2);
    ask({ stream_id: 'd', input: [said('D')], previous_response_id: first });
    await expect.poll(errors).toHaveLength(1);
    expect(errors()).toMatchObject([
      { status: 400, stream_id: 'd', error: { code: 'previous_response_not_found' } },
    ]);
  });

  it('should prepare a response without an answer', async () => {
    const { ask, answered, textOf } = await connect(await start({ reply: echo }));
    ask({ input: [said('A')], generate: false });
    const previous_response_id = await answered();
    expect(textOf()).toBe('');
    ask({ input: [said('B')], previous_response_id });
    await answered(undefined, 2);
    expect(textOf()).toBe('user: A | user: B');
  });

  it.each<[string, object, string | null]>([
    ['a lane with a name it does not take', { stream_id: 'a b' }, 'invalid_stream_id'],
    ['an input of nothing', { input: undefined }, 'missing_required_parameter'],
  ])('should refuse %s', async (_, patch, code) => {
    const { ask, errors } = await connect(await start());
    ask({ input: [said('A')], ...patch });
    await expect.poll(errors).toHaveLength(1);
    expect(errors()).toMatchObject([{ error: { code } }]);
  });

  it('should have the limits of the service: names, active responses, age', async () => {
    const client = await start({
      latencies: { firstTokenMs: 50 },
      limits: { streamIds: 2, activeResponses: 1, connectionMs: 1_500 },
    });
    const { socket, ask, answered, errors, events } = await connect(client);
    const closed = new Promise(resolve => socket.on('close', code => resolve(code)));
    for (const lane of ['a', 'b', 'c']) ask({ stream_id: lane, input: [said('A')] });
    await answered('a');
    await answered('b');
    const order = events
      .filter(({ type }) => /created|completed/u.test(type))
      .map(event => event['stream_id']);
    expect(order).toEqual(['a', 'a', 'b', 'b']);
    expect(errors()[0]).toMatchObject({ stream_id: 'c', error: { code: 'websocket_stream_limit_reached' } });
    expect(await closed).toBe(1000);
    expect(errors()[1]).toMatchObject({ error: { code: 'websocket_connection_limit_reached' } });
  });

  it('should refuse a connection without a key, and report its own failures', async () => {
    const client = await start({
      key: 'right',
      faults: [{ fault: 'error-frame', on: 'responsesSocket', after: 2 }],
    });
    const wrong = new ResponsesWS(client);
    sockets.push(wrong);
    const refused = new Promise<Error>(resolve => wrong.on('error', resolve));
    expect((await refused).message).toMatch(/401/);
    const { ask, errors } = await connect(client.withOptions({ apiKey: 'right' }));
    ask({ input: [said('A')] });
    await expect.poll(errors).toHaveLength(1);
    expect(errors()).toMatchObject([{ status: 500, error: { code: 'server_error' } }]);
  });
});
