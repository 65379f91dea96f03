import { lastValueFrom, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { LlmEvent } from '../../../lib/llm/message.ts';
import { completionEvents } from '../../../lib/providers/openai/completionEvents.ts';
import type { ErrorBody } from '../../../lib/providers/openai/errorBody.ts';
import { responseChunks, type ResponseMessage } from '../../../lib/providers/openai/responseChunks.ts';

class Refused extends Error {
  readonly body: ErrorBody;
  readonly headers: unknown;

  constructor(body: ErrorBody, headers: unknown) {
    super(body.message);
    this.body = body;
    this.headers = headers;
  }
}

/** The words and calls of a response, and the ids of the responses that can be continued. */
async function read(...messages: ResponseMessage[]) {
  const complete: string[] = [];
  const events = await lastValueFrom(
    of(...messages).pipe(
      responseChunks({
        refused: (body, headers) => new Refused(body, headers),
        onComplete: id => complete.push(id),
      }),
      completionEvents({
        names: ['weather', 'time'],
        dataOf: (attached): unknown => attached,
      }),
      toArray(),
    ),
    { defaultValue: [] as LlmEvent[] },
  );
  const text = events.map(event => (event.type === 'token' ? event.text : '')).join('');
  const calls = events.filter(event => event.type === 'toolCall');
  return { text, calls, usage: events.find(({ type }) => type === 'usage'), complete };
}

const delta = (text: string, fields: object = { output_index: 0, item_id: 'msg_1' }): ResponseMessage => ({
  type: 'response.output_text.delta',
  delta: text,
  ...fields,
});
const said = (text: string) => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
});
const call = (id: string, name: string, json: string, fields: object = {}) => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name,
  arguments: json,
  ...fields,
});
const done = (item: object, index?: number): ResponseMessage => ({
  type: 'response.output_item.done',
  ...(index !== undefined && { output_index: index }),
  item,
});
const completed = (...output: object[]): ResponseMessage => ({
  type: 'response.completed',
  response: { id: 'resp_1', status: 'completed', output },
});
const weather = call('c1', 'weather', '{"city":"Oslo"}');
const time = call('c2', 'time', '{}');

describe('the events of a response', () => {
  it.each<[string, ResponseMessage[]]>([
    [
      'in pieces, and once more at the end',
      [delta('Hello'), delta('.'), done(said('Hello.'), 0), completed(said('Hello.'))],
    ],
    ['in pieces alone', [delta('Hello'), delta('.'), completed()]],
    [
      'without indices',
      [delta('Hello.', { item_id: 'msg_1' }), done(said('Hello.')), completed(said('Hello.'))],
    ],
    ['without ids', [delta('Hello.', { output_index: 0 }), completed({ ...said('Hello.'), id: undefined })]],
    ['in an item alone', [done(said('Hello.'), 0), completed(said('Hello.'))]],
    ['at the end alone', [completed(said('Hello.'))]],
    [
      'in a response that is not streamed',
      [{ object: 'response', ...(completed(said('Hello.'))['response'] as object) }],
    ],
    [
      'among events of unknown types',
      [
        { type: 'response.of.the.future' },
        {},
        { type: 7 },
        delta('Hello.'),
        { type: 'keepalive' },
        completed(),
      ],
    ],
    ['as a refusal', [{ type: 'response.refusal.delta', delta: 'Hello.', output_index: 0 }, completed()]],
  ])('should give the words: %s', async (_, messages) => {
    expect(await read(...messages)).toMatchObject({ text: 'Hello.', complete: ['resp_1'] });
  });

  it.each<[string, ResponseMessage[]]>([
    ['item by item', [done(weather, 0), done(time, 1), completed(weather, time)]],
    ['at the end alone', [completed(weather, time)]],
    ['without indices', [done(weather), done(time), completed(weather, time)]],
    [
      'without ids of items',
      [
        done({ ...weather, id: undefined }),
        done({ ...time, id: undefined }),
        completed({ ...weather, id: undefined }, { ...time, id: undefined }),
      ],
    ],
    [
      'in pieces before',
      [
        { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"city"' },
        { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"city":"Oslo"}' },
        done(weather, 0),
        done(time, 1),
        completed(),
      ],
    ],
  ])('should give each call once: %s', async (_, messages) => {
    const { calls } = await read(...messages);
    expect(calls).toEqual([
      { type: 'toolCall', id: 'c1', name: 'weather', arguments: '{"city":"Oslo"}' },
      { type: 'toolCall', id: 'c2', name: 'time', arguments: '{}' },
    ]);
  });

  it('should give two calls that have one id, which only some servers send', async () => {
    const [first, second] = [
      { ...weather, id: 'a' },
      { ...time, id: 'b', call_id: 'c1' },
    ];
    for (const messages of [
      [done(first, 0), done(second, 1), completed(first, second)],
      [completed(first, second)],
    ]) {
      const { calls } = await read(...messages);
      expect(calls).toMatchObject([{ name: 'weather' }, { name: 'time' }]);
    }
  });

  it('should attach reasoning to the call after it, in the form in which it goes back', async () => {
    const thought = {
      type: 'reasoning',
      id: 'rs_1',
      summary: [],
      encrypted_content: 'x',
      status: 'completed',
    };
    const bare = { type: 'reasoning', id: 'rs_2', summary: [] };
    const { calls } = await read(
      done(thought, 0),
      done(bare, 1),
      done(weather, 2),
      done(time, 3),
      completed(),
    );
    const before = [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'x' }];
    expect(calls).toMatchObject([{ id: 'c1', providerData: { call: { before } } }, { id: 'c2' }]);
    expect(calls[1]).not.toHaveProperty('providerData');
  });

  it.each([
    ['none', undefined, undefined],
    ['some of it', { input_tokens: 3 }, { promptTokens: 3, completionTokens: 0 }],
    [
      'all of it',
      {
        input_tokens: 30,
        output_tokens: 9,
        input_tokens_details: { cached_tokens: 20 },
        output_tokens_details: { reasoning_tokens: 4 },
      },
      { promptTokens: 30, completionTokens: 9, cachedTokens: 20, reasoningTokens: 4 },
    ],
  ])('should give the usage: %s', async (_, usage, expected) => {
    const end = completed();
    const { usage: given } = await read(delta('A'), {
      ...end,
      response: { ...(end['response'] as object), usage },
    });
    expect(given).toEqual(expected && { type: 'usage', ...expected });
  });

  it.each<[string, object, RegExp]>([
    [
      'the limit of tokens',
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      /used up all its tokens/,
    ],
    [
      'a content filter',
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      /content filter/,
    ],
    ['no reason at all', { status: 'incomplete', incomplete_details: null }, /used up all its tokens/],
  ])('should end at %s, as a response that can not be continued', async (_, response, message) => {
    await expect(read({ type: 'response.incomplete', response: { id: 'r', ...response } })).rejects.toThrow(
      message,
    );
    const cut = await read(delta('A'), {
      type: 'response.incomplete',
      response: { id: 'r', ...response },
    }).catch(() => undefined);
    expect(cut?.complete ?? []).toEqual([]);
  });

  it('should take a response that breaks off as broken', async () => {
    await expect(read(delta('A'))).rejects.toThrow(/broke off in the middle/);
    await expect(read(delta('A'), { type: 'response.cancelled' })).rejects.toThrow(/broke the answer off/);
  });

  it.each<[string, ResponseMessage, Partial<ErrorBody>]>([
    [
      'a failed response',
      { type: 'response.failed', response: { error: { code: 'server_error', message: 'Oh.' } } },
      { message: 'Oh.', code: 'server_error' },
    ],
    [
      'a failed response that was asked for too often',
      { type: 'response.failed', response: { error: { code: 'rate_limit_exceeded', message: 'Oh.' } } },
      { code: 'rate_limit_exceeded', status: 429 },
    ],
    ['a failed response without an error', { type: 'response.failed', response: {} }, {}],
    [
      'an event in the form of the types',
      { type: 'error', code: 'server_error', message: 'Oh.', param: null, sequence_number: 3 },
      { message: 'Oh.', code: 'server_error' },
    ],
    [
      'an event as the WebSocket sends it',
      {
        type: 'error',
        status: 400,
        error: { type: 'invalid_request_error', code: 'x', message: 'Oh.', param: 'input' },
      },
      { message: 'Oh.', code: 'x', param: 'input', type: 'invalid_request_error', status: 400 },
    ],
    ['a body of another form', { error: 'model not loaded' }, { message: 'model not loaded' }],
    ['an event that says nothing', { type: 'error' }, {}],
  ])('should report %s', async (_, message, expected) => {
    const error: unknown = await read(message).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Refused);
    expect((error as Refused).body).toMatchObject(expected);
    expect((error as Refused).message).not.toBe('');
  });

  it('should pass on when to try again', async () => {
    const headers = { 'retry-after': '2' };
    const error: unknown = await read({
      type: 'error',
      status: 429,
      error: { message: 'Oh.', headers },
    }).catch((error: unknown) => error);
    expect((error as Refused).headers).toEqual(headers);
  });
});
