import { inspect } from 'node:util';
import fc from 'fast-check';
import { firstValueFrom, type Observable, type Subscription, take, toArray } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RxvoiceError } from '../../../lib/errors.ts';
import type { LlmEvent, Message } from '../../../lib/llm/message.ts';
import { openaiLlm, type OpenaiLlmOptions } from '../../../lib/providers/openai/index.ts';
import { openaiSdk } from '../../../lib/providers/openai/openaiSdk.ts';
import {
  chunk,
  completion,
  type CompletionServer,
  completionServer,
  cut,
  refuse,
  type Reply,
  stall,
  stream,
} from './completionServer.ts';

const apiKey = 'sk-proj-0123456789abcdef';
const question: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'My card number is four two four two.' },
];

const open: Subscription[] = [];
afterEach(() => {
  for (const subscription of open.splice(0)) subscription.unsubscribe();
  vi.unstubAllEnvs();
});

/** A server for this test, which answers with these replies in turn. */
const serve = (...replies: Reply[]): Promise<CompletionServer> =>
  new Promise(resolve => open.push(completionServer(...replies).subscribe(resolve)));

/** A model on that server; its whole answer to the question. */
const ask = ({ baseURL }: CompletionServer, options: OpenaiLlmOptions = {}): Observable<LlmEvent> =>
  openaiLlm({ apiKey, baseURL, model: 'test', ...options })(question);

const all = (events$: Observable<LlmEvent>): Promise<LlmEvent[]> => firstValueFrom(events$.pipe(toArray()));

const text = (events: readonly LlmEvent[]): string =>
  events.map(event => (event.type === 'token' ? event.text : '')).join('');

/** Values before an error, and the error. */
const failing = (events$: Observable<LlmEvent>): Promise<{ events: LlmEvent[]; error: RxvoiceError }> =>
  new Promise((resolve, reject) => {
    const events: LlmEvent[] = [];
    events$.subscribe({
      next: event => events.push(event),
      error: (error: unknown) => resolve({ events, error: error as RxvoiceError }),
      complete: () => reject(new Error('completed')),
    });
  });

describe('openaiLlm', () => {
  it('should stream the tokens of an answer, then what it cost', async () => {
    const server = await serve(stream(completion('Hello', ' there', '.')));
    expect(await all(ask(server))).toEqual([
      { type: 'token', text: 'Hello' },
      { type: 'token', text: ' there' },
      { type: 'token', text: '.' },
      { type: 'usage', promptTokens: 5, completionTokens: 3 },
    ]);
  });

  it('should emit each token as it arrives, not at the end', async () => {
    const server = await serve(stall(chunk({ content: 'Hello' })));
    expect(await firstValueFrom(ask(server))).toEqual({ type: 'token', text: 'Hello' });
  });

  it('should read the same answer however the network splits it, also inside a character', async () => {
    const bytes = Buffer.from(completion('Grüße', ' – ', '你好', '👋'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 12 }),
        async places => {
          const edges = [0, ...places.sort((a, b) => a - b), bytes.length];
          const pieces = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
          const server = await serve(stream(...pieces.filter(({ length }) => length > 0)));
          expect(text(await all(ask(server)))).toBe('Grüße – 你好👋');
        },
      ),
      { numRuns: 15 },
    );
  });

  it('should speak a refusal, and pass over comments, pings and empty chunks', async () => {
    const server = await serve(
      stream(
        ': waiting\n\n',
        'event: ping\ndata: {}\n\n',
        chunk({ content: null }),
        chunk({ refusal: 'I can not help with that.' }),
        chunk({}, 'stop'),
      ),
    );
    expect(await all(ask(server))).toEqual([{ type: 'token', text: 'I can not help with that.' }]);
  });

  it('should take the last usage of a server that counts along, and do without', async () => {
    const usage = (completion_tokens: number) => ({ prompt_tokens: 7, completion_tokens });
    const counting = await serve(
      stream(chunk({ content: 'a' }, null, usage(1)), chunk({ content: 'b' }, 'stop', usage(2))),
    );
    expect((await all(ask(counting))).filter(({ type }) => type === 'usage')).toEqual([
      { type: 'usage', promptTokens: 7, completionTokens: 2 },
    ]);
  });

  describe('its request', () => {
    it('should hold the messages and the options, as the API calls them', async () => {
      const server = await serve(stream(completion('Yes.')));
      await all(
        ask(server, {
          temperature: 0.5,
          maxTokens: 100,
          reasoningEffort: 'low',
          headers: { 'x-team': 'voice' },
          extraBody: { service_tier: 'priority', stream_options: undefined },
        }),
      );
      const [{ url, headers, body }] = server.requests as [(typeof server.requests)[0]];
      expect(url).toBe('/v1/chat/completions');
      expect(headers).toMatchObject({ authorization: `Bearer ${apiKey}`, 'x-team': 'voice' });
      expect(body).toEqual({
        model: 'test',
        messages: question,
        stream: true,
        temperature: 0.5,
        max_tokens: 100,
        reasoning_effort: 'low',
        service_tier: 'priority',
      });
    });

    it('should hold nothing that was not asked for', async () => {
      const server = await serve(stream(completion('Yes.')));
      await all(ask(server));
      expect(Object.keys(server.requests[0]!.body).sort()).toEqual([
        'messages',
        'model',
        'stream',
        'stream_options',
      ]);
    });

    it('should ask the default model not to reason, in the words of OpenAI itself', async () => {
      const bodies: unknown[] = [];
      vi.stubEnv('OPENAI_BASE_URL', undefined);
      const fetch = ((_: string, { body }: { body: string }) => {
        bodies.push(JSON.parse(body));
        return Promise.resolve(
          new Response(completion('Yes.'), { headers: { 'content-type': 'text/event-stream' } }),
        );
      }) as typeof globalThis.fetch;
      await all(openaiLlm({ apiKey, fetch, api: 'chat', maxTokens: 100 })(question));
      await all(openaiLlm({ apiKey, fetch, api: 'chat', model: 'another' })(question));
      expect(bodies).toEqual([
        expect.objectContaining({
          model: 'gpt-6-luna',
          reasoning_effort: 'none',
          max_completion_tokens: 100,
        }),
        expect.not.objectContaining({ reasoning_effort: 'none' }),
      ]);
    });

    it('should be made once a subscription, and not before', async () => {
      const server = await serve(stream(completion('Yes.')));
      const answer$ = ask(server);
      expect(server.requests).toHaveLength(0);
      await all(answer$);
      await all(answer$);
      expect(server.requests).toHaveLength(2);
    });
  });

  describe('when unsubscribed', () => {
    it('should close the connection in the middle of an answer', async () => {
      const server = await serve(stall(chunk({ content: 'Hello' })));
      await firstValueFrom(ask(server).pipe(take(1)));
      await (
        await server.nextRequest()
      ).closed;
    });

    it('should close the connection before there is any answer', async () => {
      const server = await serve(() => undefined);
      const subscription = ask(server).subscribe();
      const request = await server.nextRequest();
      subscription.unsubscribe();
      await request.closed;
      expect(server.requests).toHaveLength(1);
    });
  });

  describe('before the first token', () => {
    it.each([
      ['too many requests', refuse(429, { code: 'rate_limit_exceeded' }, { 'retry-after-ms': '5' })],
      ['a server error', refuse(500, {}, { 'retry-after': '0' })],
      ['an error page', response => response.writeHead(503, { 'retry-after-ms': '1' }).end('<html>')],
      ['a cut connection', cut(chunk({ role: 'assistant' }))],
      ['an answer that ends without a word', stream('data: [DONE]\n\n')],
      ['a refused connection', response => response.destroy()],
    ])('should try again after %s', async (_, reply) => {
      const server = await serve(reply, stream(completion('Yes.')));
      expect(text(await all(ask(server)))).toBe('Yes.');
      expect(server.requests).toHaveLength(2);
    });

    it('should try again when nothing comes in time', async () => {
      const server = await serve(stall(), stream(completion('Yes.')));
      expect(text(await all(ask(server, { timeoutMs: 1_000 })))).toBe('Yes.');
      await server.requests[0]!.closed;
    });

    it('should give up after the configured number of retries', async () => {
      const server = await serve(refuse(503, {}, { 'retry-after-ms': '1' }));
      const { error } = await failing(ask(server, { retries: 1 }));
      expect(error).toMatchObject({ stage: 'llm', retryable: true });
      expect(server.requests).toHaveLength(2);
    });

    it('should not keep a caller waiting when the server asks for a long wait', async () => {
      const server = await serve(refuse(429, {}, { 'retry-after': '30' }));
      const { error } = await failing(ask(server));
      expect(error).toMatchObject({ stage: 'llm', retryable: true });
      expect(server.requests).toHaveLength(1);
    });

    it.each<[string, Reply, RegExp]>([
      [
        'the key',
        refuse(401, { code: 'invalid_api_key' }),
        /API key.*OPENAI_API_KEY.*HTTP 401.*request req_1/,
      ],
      ['the account', refuse(429, { code: 'insufficient_quota' }), /no credit left/],
      ['the permission', refuse(403, {}), /does not allow.*'test'/],
      ['the model', refuse(404, { code: 'model_not_found' }), /'test'.*model and baseURL/],
      [
        'the request',
        refuse(400, { message: "Unsupported value: 'temperature'" }),
        /'temperature'.*HTTP 400/,
      ],
      ['the advice of the server', refuse(500, {}, { 'x-should-retry': 'false' }), /HTTP 500/],
      ['what is no JSON', stream('data: <html>\n\n'), /JSON/],
    ])('should not try again, but say what to do, when it fails for %s', async (_, reply, cure) => {
      const server = await serve(reply);
      const { error } = await failing(ask(server));
      expect(error).toBeInstanceOf(RxvoiceError);
      expect(error).toMatchObject({ stage: 'llm', retryable: false });
      expect(error.message).toMatch(cure);
      expect(server.requests).toHaveLength(1);
    });
  });

  describe('after the first token', () => {
    it.each<[string, Reply, RegExp]>([
      ['the connection is cut', cut(chunk({ content: 'Hello' })), /broke off the connection/],
      ['the answer ends without a reason', stream(chunk({ content: 'Hello' })), /broke off in the middle/],
      [
        'the server reports an error',
        stream(
          chunk({ content: 'Hello' }),
          'data: {"error":{"message":"overloaded","type":"server_error"}}\n\n',
        ),
        /gave up.*overloaded/,
      ],
      ['nothing more comes', stall(chunk({ content: 'Hello' })), /sent nothing for 1000 ms/],
    ])('should fail, and not say it all again, when %s', async (_, reply, message) => {
      const server = await serve(reply);
      const { events, error } = await failing(ask(server, { timeoutMs: 1_000 }));
      expect(events).toEqual([{ type: 'token', text: 'Hello' }]);
      expect(error).toMatchObject({ stage: 'llm', retryable: true });
      expect(error.message).toMatch(message);
      expect(server.requests).toHaveLength(1);
    });

    it('should not mind what happens once the answer is whole', async () => {
      const whole = chunk({ content: 'Hello' }, 'stop');
      expect(text(await all(ask(await serve(cut(whole)))))).toBe('Hello');
      expect(text(await all(ask(await serve(stall(whole)), { timeoutMs: 1_000 })))).toBe('Hello');
    });

    it('should fail when the answer was filtered, or reasoning left no room for it', async () => {
      const filtered = await failing(ask(await serve(stream(chunk({ content: 'I' }, 'content_filter')))));
      expect(filtered.error).toMatchObject({
        retryable: false,
        message: expect.stringMatching(/filter/) as string,
      });
      const thinking = await failing(ask(await serve(stream(chunk({}, 'length')))));
      expect(thinking.error.message).toMatch(/maxTokens.*reasoningEffort/);
    });
  });

  it('should keep the key and what was said out of every error', async () => {
    const echo = { message: `Bad request from Bearer ${apiKey}: My card number is four two four two.` };
    for (const status of [400, 401, 403, 404, 422, 500]) {
      const { error } = await failing(ask(await serve(refuse(status, echo)), { retries: 0 }));
      expect(inspect(error, { depth: 9 })).not.toMatch(/sk-proj|card|four two/);
    }
    const inFacts = refuse(400, { code: 'bad_0123456789abcdef' }, { 'x-request-id': '0123456789abcdef' });
    const { error } = await failing(ask(await serve(inFacts), { retries: 0, apiKey: '0123456789abcdef' }));
    expect(error.message).toMatch(/ does not accept the request: No\. \(HTTP 400\)$/u);
    const frame = await serve(stream(`data: ${JSON.stringify({ error: echo })}\n\n`));
    expect(inspect((await failing(ask(frame, { retries: 0 }))).error, { depth: 9 })).not.toMatch(
      /sk-proj|card/,
    );
  });

  describe('its settings', () => {
    const make = (options: OpenaiLlmOptions) => () => openaiLlm(options);

    it('should ask for a key, naming the environment variable, unless the server is another', () => {
      vi.stubEnv('OPENAI_API_KEY', '');
      vi.stubEnv('OPENAI_BASE_URL', undefined);
      expect(make({})).toThrow(/OPENAI_API_KEY/);
      expect(make({ baseURL: 'https://eu.api.openai.com/v1' })).toThrow(/OPENAI_API_KEY/);
      expect(make({ baseURL: 'http://localhost:11434/v1', model: 'llama3.2' })).not.toThrow();
    });

    it('should take key and address from the environment', async () => {
      const server = await serve(stream(completion('Yes.')));
      vi.stubEnv('OPENAI_API_KEY', ' from-env\n');
      vi.stubEnv('OPENAI_BASE_URL', server.baseURL);
      await all(openaiLlm({ model: 'test' })(question));
      expect(server.requests[0]!.headers.authorization).toBe('Bearer from-env');
    });

    it('should send a server that needs no key a placeholder', async () => {
      vi.stubEnv('OPENAI_API_KEY', undefined);
      const server = await serve(stream(completion('Yes.')));
      await all(openaiLlm({ baseURL: server.baseURL, model: 'test' })(question));
      expect(server.requests[0]!.headers.authorization).toBe('Bearer none');
    });

    it('should ask for a model where it can not know one', () => {
      expect(make({ apiKey, baseURL: 'http://localhost:11434/v1' })).toThrow(
        /model is missing.*localhost:11434/,
      );
      expect(make({ apiKey })).not.toThrow();
    });

    it.each(['localhost:11434', 'not a URL', 'ftp://example.com'])(
      'should refuse the address %s',
      baseURL => {
        expect(make({ apiKey, baseURL, model: 'test' })).toThrow(/baseURL is '.*', but must be/);
      },
    );

    it.each(['http://me:cret@host/v1', 'http://host/v1?key=cret', 'http://host/v1#f', 'ftp://me:cret@host'])(
      'should refuse the address %s, without showing a password',
      baseURL => {
        expect(make({ apiKey, baseURL, model: 'test' })).toThrow(/baseURL is '(?!.*cret).*', but must be/);
      },
    );

    it('should refuse a key or a header that HTTP can not carry, without showing it', () => {
      expect(make({ apiKey: 'sk-se cret' })).toThrow(/^OpenAI: apiKey has a character(?!.*cret)/);
      expect(make({ apiKey, headers: { 'x-token': 'se\ncret' } })).toThrow(/'x-token'(?!.*cret)/s);
    });

    it('should name the package that is missing, and how to get it', () => {
      const require = () => {
        throw new Error("Cannot find module 'openai'");
      };
      expect(() => openaiSdk(require)).toThrow(/npm i openai/);
    });
  });
});
