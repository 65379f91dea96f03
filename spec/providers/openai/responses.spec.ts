import { inspect } from 'node:util';
import { firstValueFrom, type Observable, type Subscription, take, toArray } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Notice, sessionOf } from '../../../lib/engine.ts';
import { RxvoiceError } from '../../../lib/errors.ts';
import type { Llm, LlmEvent, LlmRequest, Message, ToolCall } from '../../../lib/llm/message.ts';
import { openaiConnection } from '../../../lib/providers/openai/openaiConnection.ts';
import { openaiLlm, type OpenaiLlmOptions } from '../../../lib/providers/openai/index.ts';
import { protocolOf } from '../../../lib/providers/openai/protocolOf.ts';
import {
  type ChatMessage,
  type Fault,
  type FaultRule,
  faults,
  type OpenaiServer,
  openaiServer,
  type OpenaiServerOptions,
} from '../../../lib/testing/index.ts';

const apiKey = 'sk-proj-0123456789abcdef';
const system: Message = { role: 'system', content: 'Be brief.' };
const user = (content: string): Message => ({ role: 'user', content });
const bot = (content: string, toolCalls?: readonly ToolCall[]): Message => ({
  role: 'assistant',
  content,
  ...(toolCalls && { toolCalls }),
});
const result = (toolCallId: string, content: string): Message => ({ role: 'tool', content, toolCallId });

let server: OpenaiServer;
const open: Subscription[] = [];
afterEach(async () => {
  for (const subscription of open.splice(0)) subscription.unsubscribe();
  vi.unstubAllEnvs();
  await server.close();
});

const quick = { firstTokenMs: 5, tokensPerSecond: 0 };
const echo = (messages: readonly ChatMessage[]): string => `You said: ${String(messages.at(-1)?.content)}`;

/** A call: the engine's session, held warm, and its notices. */
interface Call {
  readonly llm: Llm;
  readonly notices: Notice[];
  readonly warnings: () => string[];
  readonly hangUp: () => void;
}

function placed(engine: Llm): Call {
  const llm = sessionOf(engine);
  const notices: Notice[] = [];
  const call = llm.notice$!.subscribe(notice => notices.push(notice));
  call.add(llm.warm$!.subscribe());
  open.push(call);
  const warnings = (): string[] =>
    notices.flatMap(notice => (notice.type === 'warning' ? [notice.message] : []));
  return { llm, notices, warnings, hangUp: () => call.unsubscribe() };
}

const start = async (options: OpenaiServerOptions = {}): Promise<void> => {
  server = await openaiServer({ latencies: quick, reply: echo, ...options });
};
const engineOf = (options: OpenaiLlmOptions = {}): Llm =>
  openaiLlm({
    apiKey,
    baseURL: server.baseURL,
    model: 'test',
    api: 'responses',
    transport: 'websocket',
    timeoutMs: 1_500,
    ...options,
  });
const callWith = async (given: OpenaiServerOptions = {}, options: OpenaiLlmOptions = {}): Promise<Call> => {
  await start(given);
  const call = placed(engineOf(options));
  if (given.faults === undefined && options.transport !== 'http') await connected();
  return call;
};
const connected = (): Promise<void> => expect.poll(() => opened('responsesSocket')).toBeGreaterThan(0);

const all = (event$: Observable<LlmEvent>): Promise<LlmEvent[]> => firstValueFrom(event$.pipe(toArray()));
const textOf = (events: readonly LlmEvent[]): string =>
  events.map(event => (event.type === 'token' ? event.text : '')).join('');
const callsOf = (events: readonly LlmEvent[]): ToolCall[] =>
  events.flatMap(event => {
    if (event.type !== 'toolCall') return [];
    const { type, ...call } = event;
    return [call];
  });
const say = async ({ llm }: Call, messages: readonly Message[], request?: LlmRequest): Promise<string> =>
  textOf(await all(llm(messages, request)));

/** The words before an error, and the error. */
const failing = (
  event$: Observable<LlmEvent>,
): Promise<{ readonly text: string; readonly error: RxvoiceError }> =>
  new Promise((resolve, reject) => {
    const events: LlmEvent[] = [];
    event$.subscribe({
      next: event => events.push(event),
      error: (error: unknown) => resolve({ text: textOf(events), error: error as RxvoiceError }),
      complete: () => reject(new Error('It completed.')),
    });
  });

const opened = (endpoint: string): number =>
  server.events.filter(event => event.type === 'opened' && event.endpoint === endpoint).length;
/** The requests in their order, by either transport. */
const requests = () =>
  server.events.flatMap((event): Record<string, unknown>[] => {
    if (event.type === 'request') return [event.body as Record<string, unknown>];
    return event.type === 'received' ? [event.message] : [];
  });
const inputs = () => requests().map(({ input }) => input as readonly Record<string, unknown>[]);
/** The conversation that the server gave its model last, as roles and contents. */
const believed = (): string[] =>
  server.responses
    .at(-1)!
    .messages.map(({ role, content, tool_calls: calls = [] }) =>
      [
        role,
        typeof content === 'string' ? content : '',
        ...calls.map(call => `${call.function.name}${call.function.arguments}`),
      ].join(' '),
    );

describe('openaiLlm by responses, over one WebSocket a call', () => {
  it('should open it before the first turn, and send only the messages that are new', async () => {
    const call = await callWith();
    expect(requests()).toEqual([]);
    const history = [system, user('Hello.')];
    for (const next of ['How are you?', 'Good.', 'Bye.']) {
      const text = await say(call, history);
      expect(text).toBe(`You said: ${history.at(-1)!.content}`);
      history.push(bot(text), user(next));
    }
    expect(inputs()).toEqual([
      [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello.' },
      ],
      [{ role: 'user', content: 'How are you?' }],
      [{ role: 'user', content: 'Good.' }],
    ]);
    expect(believed()).toHaveLength(6);
    expect([opened('responsesSocket'), opened('responses')]).toEqual([1, 0]);
    expect(call.notices.filter(({ type }) => type === 'connected').slice(1)).toMatchObject([
      { reused: true, ms: 0 },
      { reused: true, ms: 0 },
    ]);
    call.hangUp();
    await expect.poll(() => server.connections).toBe(0);
  });

  it('should have the model remember only the words that were heard of a reply that was cut', async () => {
    const call = await callWith({ reply: 'One two three. Four five six.' });
    const first = [system, user('A')];
    const whole = bot(await say(call, first));
    await say(call, [...first, whole, user('B')]);
    await say(call, [...first, whole, user('B'), bot('One two three.'), user('Stop.')]);
    expect(believed()).toEqual([
      'system Be brief.',
      'user A',
      'assistant One two three. Four five six.',
      'user B',
      'assistant One two three.',
      'user Stop.',
    ]);
    // The request continues the response before the one that was cut.
    expect(inputs().at(-1)).toHaveLength(3);
    const [, second, third] = requests();
    expect(third!['previous_response_id']).toBe(second!['previous_response_id']);
  });

  it('should leave a reply that is cut while it is written, and ask on another lane at once', async () => {
    const call = await callWith({
      latencies: { firstTokenMs: 5, tokensPerSecond: 5 },
      reply: messages => (messages.length === 2 ? 'One two three four five six seven eight.' : 'Yes.'),
    });
    const first = [system, user('A')];
    await firstValueFrom(call.llm(first));
    const startedAt = performance.now();
    expect(await say(call, [...first, bot('One'), user('Stop.')])).toBe('Yes.');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    const [a, b] = requests();
    expect(a!['stream_id']).not.toBe(b!['stream_id']);
    expect(believed()).toEqual(['system Be brief.', 'user A', 'assistant One', 'user Stop.']);
  });

  it('should run guesses side by side, and continue the one that came true', async () => {
    const call = await callWith({ latencies: { firstTokenMs: 60, tokensPerSecond: 0 } });
    const first = [system, user('A')];
    const history = [...first, bot(await say(call, first))];
    const [one, two] = await Promise.all([
      say(call, [...history, user('B')]),
      say(call, [...history, user('B and C')]),
    ]);
    expect([one, two]).toEqual(['You said: B', 'You said: B and C']);
    await say(call, [...history, user('B and C'), bot(two), user('D')]);
    expect(inputs().map(({ length }) => length)).toEqual([2, 1, 1, 1]);
    expect(believed()).toEqual([
      'system Be brief.',
      'user A',
      'assistant You said: A',
      'user B and C',
      'assistant You said: B and C',
      'user D',
    ]);
  });

  const weather = {
    name: 'weather',
    description: 'The weather.',
    parameters: { type: 'object', properties: { city: {} }, required: ['city'], additionalProperties: false },
  };
  const looking: OpenaiServerOptions = {
    reply: messages =>
      messages.at(-1)?.role === 'tool'
        ? 'It rains in both.'
        : {
            reasoning: 'I should look.',
            text: 'One moment.',
            toolCalls: [
              { name: 'weather', arguments: { city: 'Oslo' } },
              { name: 'weather', arguments: { city: 'Rome' } },
            ],
          },
  };

  it('should call tools in parallel, and send their results only', async () => {
    const call = await callWith(looking);
    const question = [system, user('Oslo or Rome?')];
    const events = await all(call.llm(question, { tools: [weather] }));
    const [oslo, rome] = callsOf(events);
    expect(textOf(events)).toBe('One moment.');
    expect(oslo).toMatchObject({ name: 'weather', arguments: '{"city":"Oslo"}' });
    const results = [result(oslo!.id, 'Rain.'), result(rome!.id, 'Rain.')];
    const called = [...question, bot('One moment.', [oslo!, rome!]), ...results];
    expect(await say(call, called, { tools: [weather] })).toBe('It rains in both.');
    expect(inputs()[1]).toEqual([
      { type: 'function_call_output', call_id: oslo!.id, output: 'Rain.' },
      { type: 'function_call_output', call_id: rome!.id, output: 'Rain.' },
    ]);
    expect(requests()[0]!['tools']).toEqual([{ type: 'function', ...weather, strict: true }]);
  });

  it('should go back to before a call whose result changed, and send its reasoning with it', async () => {
    const include = { extraBody: { include: ['reasoning.encrypted_content'] } };
    const call = await callWith(looking, include);
    const first = [system, user('Hello.')];
    const question = [...first, bot('Hi.'), user('Oslo or Rome?')];
    const [oslo, rome] = callsOf(await all(call.llm(question, { tools: [weather] })));
    const called = (...contents: string[]): Message[] => [
      ...question,
      // The words before the call were not heard.
      bot('', [oslo!, rome!]),
      result(oslo!.id, contents[0]!),
      result(rome!.id, contents[1]!),
    ];
    await say(call, called('running', 'Rain.'), { tools: [weather] });
    await say(call, called('Sun.', 'Rain.'), { tools: [weather] });
    expect(believed().slice(-3)).toEqual([
      'assistant  weather{"city":"Oslo"} weather{"city":"Rome"}',
      'tool Sun.',
      'tool Rain.',
    ]);
    const conversation = server.responses.at(-1)!.conversation;
    expect(conversation.map(({ type }) => type).slice(4, 7)).toEqual([
      'reasoning',
      'function_call',
      'function_call',
    ]);
  });

  it('should send the whole conversation over HTTP, with the reasoning that belongs to its calls', async () => {
    const include = { extraBody: { include: ['reasoning.encrypted_content'] } };
    const call = await callWith(looking, { ...include, transport: 'http' });
    const question = [system, user('Oslo or Rome?')];
    const calls = callsOf(await all(call.llm(question, { tools: [weather] })));
    const results = calls.map(({ id }) => result(id, 'Rain.'));
    expect(await say(call, [...question, bot('One moment.', calls), ...results])).toBe('It rains in both.');
    expect(inputs()[1]!.map(({ type, role }) => type ?? role)).toEqual([
      'system',
      'user',
      'reasoning',
      'assistant',
      'function_call',
      'function_call',
      'function_call_output',
      'function_call_output',
    ]);
    expect(requests()[1]).toMatchObject({ store: false, stream: true });
    expect(requests()[1]).not.toHaveProperty('previous_response_id');
  });
});

const conversation = [system, user('My card number is four two four two.')];

describe('openaiLlm by responses, where the WebSocket fails', () => {
  /** Four turns; the history grows with each answer. */
  const turns = async (call: Call, count = 4): Promise<string[]> => {
    const history = [system, user('A')];
    const texts: string[] = [];
    for (const next of ['B', 'C', 'D', 'E'].slice(0, count)) {
      texts.push(await say(call, history));
      history.push(bot(texts.at(-1)!), user(next));
    }
    return texts;
  };
  const answered = ['You said: A', 'You said: B', 'You said: C', 'You said: D'];

  it.each<[Fault | FaultRule, RegExp]>([
    [
      { fault: '404', on: 'responsesSocket' },
      /has no WebSocket for the Responses API: requests go over HTTP/,
    ],
    [{ fault: '400', on: 'responsesSocket' }, /has no WebSocket for the Responses API/],
    [{ fault: '401', on: 'responsesSocket' }, /does not accept the API key.*requests go over HTTP\.$/],
    [
      { fault: '500', on: 'responsesSocket' },
      /trouble of its own.*over HTTP until the WebSocket is open again/,
    ],
    [{ fault: '503-html', on: 'responsesSocket' }, /trouble of its own.*until/],
    [{ fault: '429', on: 'responsesSocket' }, /limits how often it is asked.*until/],
    [{ fault: 'refused', on: 'responsesSocket' }, /can not be reached.*until/],
    [{ fault: 'no-answer', on: 'responsesSocket' }, /can not be reached.*until/],
  ])('should lose no turn, and warn once: %j', async (fault, warning) => {
    const call = await callWith({ faults: [fault] });
    expect(await turns(call)).toEqual(answered);
    await expect.poll(call.warnings).toEqual([expect.stringMatching(warning)]);
    expect(call.warnings().join()).not.toMatch(/sk-proj/);
    expect(opened('responses')).toBe(4);
  });

  it('should not try a server again that has no WebSocket, for any call', async () => {
    await start({ faults: [{ fault: '404', on: 'responsesSocket' }] });
    const engine = engineOf();
    const first = placed(engine);
    expect(await turns(first, 2)).toEqual(answered.slice(0, 2));
    first.hangUp();
    const second = placed(engine);
    expect(await turns(second, 2)).toEqual(answered.slice(0, 2));
    expect(opened('responsesSocket')).toBe(1);
    expect(second.warnings()).toEqual([]);
  });

  it.each<[FaultRule, number]>([
    // The response's first two events come before its words.
    [{ fault: 'cut', on: 'responsesSocket', nth: 1, after: 1 }, 1],
    [{ fault: 'end', on: 'responsesSocket', nth: 1, after: 0 }, 1],
    [{ fault: 'bad-frame', on: 'responsesSocket', nth: 1, after: 1 }, 1],
    [{ fault: 'connection-limit', on: 'responsesSocket', nth: 1, after: 0 }, 1],
    [{ fault: 'cut', on: 'responsesSocket', after: 1 }, 4],
    [{ fault: 'forgotten', on: 'responsesSocket' }, 0],
    [{ fault: 'no-lanes', on: 'responsesSocket' }, 0],
    [{ fault: 'lanes-refused', on: 'responsesSocket' }, 0],
    [{ fault: 'unknown-messages', on: 'responsesSocket' }, 0],
    [{ fault: 'garbage', on: 'responsesSocket', after: 2 }, 0],
    [{ fault: 'slow', on: 'responsesSocket', delayMs: 60 }, 0],
  ])('should lose no turn: %j', async (fault, byHttp) => {
    const call = await callWith({ faults: [fault] });
    await connected();
    expect(await turns(call)).toEqual(answered);
    expect(opened('responses')).toBeLessThanOrEqual(byHttp);
    const messages = [
      'system Be brief.',
      'user A',
      ...['A', 'B', 'C'].flatMap((said, index) => [
        `assistant You said: ${said}`,
        `user ${['B', 'C', 'D'][index]!}`,
      ]),
    ];
    expect(believed()).toEqual(messages);
  });

  it('should make a request again over HTTP when the WebSocket answers nothing', async () => {
    const call = await callWith({ faults: [{ fault: 'mute', on: 'responsesSocket' }] }, { timeoutMs: 400 });
    await connected();
    expect(await turns(call)).toEqual(answered);
    expect([opened('responses'), opened('responsesSocket')]).toEqual([4, 1]);
    expect(call.warnings()).toEqual([expect.stringMatching(/has no WebSocket/)]);
  });

  it('should report an answer that broke off after its first word, and go on with the next turn', async () => {
    const call = await callWith({
      reply: 'One two three.',
      faults: [{ fault: 'cut', on: 'responsesSocket', nth: 1, after: 5 }],
    });
    await connected();
    const { text, error } = await failing(call.llm(conversation));
    expect(text).toBe('One');
    expect(error).toMatchObject({ stage: 'llm', retryable: true });
    expect(error.message).toMatch(/broke off the connection/);
    await expect.poll(() => opened('responsesSocket')).toBe(2);
    expect(await say(call, [...conversation, bot('One'), user('Well?')])).toBe('One two three.');
    expect(believed()).toHaveLength(4);
  });

  it('should open a connection again that the server closed between two turns, without a word', async () => {
    const call = await callWith();
    const first = await say(call, conversation);
    server.strike('end', 'responsesSocket');
    await expect.poll(() => opened('responsesSocket')).toBe(2);
    expect(await say(call, [...conversation, bot(first), user('B')])).toBe('You said: B');
    expect(inputs()[1]).toHaveLength(4);
    expect(call.warnings()).toEqual([]);
    expect(opened('responses')).toBe(0);
  });

  const befalling = (Object.keys(faults) as Fault[]).filter(fault =>
    (faults[fault].endpoints as readonly string[]).includes('responsesSocket'),
  );
  it.each(befalling)('should end in time, with the whole answer or one clear error: %s', async fault => {
    const whole = 'One two three four five six seven eight.';
    const call = await callWith(
      {
        reply: whole,
        latencies: { firstTokenMs: 5, tokensPerSecond: 500 },
        faults: [{ fault, on: 'responsesSocket', after: 5, delayMs: 50 }],
      },
      { timeoutMs: 600, retries: 1 },
    );
    await connected();
    const events: LlmEvent[] = [];
    const error = await new Promise<RxvoiceError | undefined>(resolve =>
      call.llm(conversation).subscribe({
        next: event => events.push(event),
        error: (error: unknown) => resolve(error as RxvoiceError),
        complete: () => resolve(undefined),
      }),
    );
    if (error === undefined) expect(textOf(events)).toBe(whole);
    else {
      expect(whole.startsWith(textOf(events))).toBe(true);
      expect(error).toMatchObject({ stage: 'llm', retryable: true });
      expect(error.message).toMatch(/^127\.0\.0\.1:\d+ |^The language model broke off/);
    }
    expect(inspect([error, call.warnings()], { depth: 9 })).not.toMatch(/sk-proj|card/);
    call.hangUp();
    if (fault !== 'half-open') await expect.poll(() => server.connections).toBe(0);
  });

  it.each<Fault>(['no-lanes', 'lanes-refused'])(
    'should never give one guess the answer to another, where the server has no lanes: %s',
    async fault => {
      const call = await callWith({
        latencies: { firstTokenMs: 60, tokensPerSecond: 0 },
        faults: [{ fault, on: 'responsesSocket' }],
      });
      await connected();
      for (const round of ['1', '2', '3']) {
        const texts = await Promise.all(['A', 'B', 'C'].map(name => say(call, [system, user(name + round)])));
        expect(texts).toEqual([`You said: A${round}`, `You said: B${round}`, `You said: C${round}`]);
      }
    },
  );

  it('should ask over HTTP while all lanes are in use', async () => {
    const call = await callWith({ latencies: { firstTokenMs: 300, tokensPerSecond: 0 } });
    const texts = await Promise.all(
      Array.from({ length: 18 }, (_, index) => say(call, [system, user(`Question ${index}`)])),
    );
    expect(texts).toEqual(texts.map((_, index) => `You said: Question ${index}`));
    expect(opened('responses')).toBe(2);
  });

  it('should answer without being held, over a connection of its own', async () => {
    await start();
    const engine = engineOf();
    expect(textOf(await all(engine(conversation)))).toMatch(/^You said/);
    await expect.poll(() => server.connections).toBe(0);
    expect([opened('responses'), opened('responsesSocket')]).toEqual([0, 1]);
  });
});

describe.each(['http', 'websocket'] as const)('openaiLlm by responses over %s', transport => {
  it('should report the usage at the end', async () => {
    const call = await callWith({ reply: { reasoning: 'a b c', text: 'Yes.' } }, { transport });
    expect(await all(call.llm(conversation))).toEqual([
      { type: 'token', text: 'Yes' },
      { type: 'token', text: '.' },
      { type: 'usage', promptTokens: expect.any(Number) as number, completionTokens: 5, reasoningTokens: 3 },
    ]);
  });

  it('should speak a refusal, and warn', async () => {
    const call = await callWith({ reply: { refusal: 'I can not help with that.' } }, { transport });
    expect(await say(call, conversation)).toBe('I can not help with that.');
    expect(call.warnings()).toEqual([expect.stringMatching(/refused to answer/)]);
  });

  it('should warn of an answer that the limit of tokens cut, by its name', async () => {
    const call = await callWith({ reply: 'word '.repeat(40) }, { transport, maxTokens: 16 });
    expect((await say(call, conversation)).trim().split(' ').length).toBeLessThan(40);
    expect(call.warnings()).toEqual([
      expect.stringMatching(
        /cut at the limit of tokens \(finish_reason max_output_tokens\): raise maxTokens/,
      ),
    ]);
    // The server keeps more than was heard: the next request sends all messages.
    await say(call, [...conversation, bot('word word'), user('B')]);
    expect(inputs()[1]).toHaveLength(4);
  });

  it.each<[string, OpenaiServerOptions['reply'], RegExp, boolean]>([
    [
      'the content filter stopped it',
      { text: 'One', finishReason: 'content_filter' },
      /content filter stopped the answer/,
      false,
    ],
    ['it had no word', '', /answered without a word/, true],
    ['it only reasoned', { reasoning: 'Hm.' }, /answered without a word/, true],
    [
      'the tokens went before the first word',
      { text: '', finishReason: 'length' },
      /used up all its tokens before the first word/,
      false,
    ],
  ])('should report an answer where %s', async (_, reply, message, retryable) => {
    const call = await callWith({ ...(reply !== undefined && { reply }) }, { transport, retries: 1 });
    const { error } = await failing(call.llm(conversation));
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ stage: 'llm', retryable });
  });

  it('should take the words before tools as the answer when none follow their results', async () => {
    const call = await callWith({ reply: '' }, { transport, retries: 0 });
    const calls = [{ id: 'c1', name: 'weather', arguments: '{}' }];
    expect(await say(call, [...conversation, bot('One moment.', calls), result('c1', 'Rain.')])).toBe('');
  });

  it('should ask once more, after a failure of the response, and report one that stays', async () => {
    let failures = 1;
    const call = await callWith(
      {
        reply: () => {
          if (failures-- > 0) throw new Error('The model fell over.');
          return 'Yes.';
        },
      },
      { transport, retryForMs: 3_000 },
    );
    expect(await say(call, conversation)).toBe('Yes.');
    failures = Infinity;
    const once = await failing(engineOf({ transport, retries: 0 })(conversation));
    expect(once.error.message).toMatch(
      /gave up in the middle of the answer: The model fell over\. \(server_error/,
    );
    expect(once.error.retryable).toBe(true);
  });

  it.each<[string, OpenaiServerOptions, OpenaiLlmOptions, RegExp, object]>([
    [
      'a temperature with reasoning',
      {},
      { model: 'gpt-6-luna', reasoningEffort: 'low', temperature: 0.5 },
      /does not take temperature 0.5: it is left out/,
      { model: 'gpt-6-luna', reasoning: { effort: 'low' }, temperature: undefined },
    ],
    [
      'an effort that it has not',
      {},
      { model: 'gpt-5-mini', reasoningEffort: 'none' },
      /does not take reasoning_effort none: it gets reasoning_effort minimal/,
      { reasoning: { effort: 'minimal' } },
    ],
    [
      'reasoning of a model that has none',
      {},
      { model: 'gpt-4.1', extraBody: { include: ['reasoning.encrypted_content'] } },
      /does not take include.*it is left out/,
      { include: undefined },
    ],
    [
      'fields of the other API',
      {},
      { extraBody: { max_completion_tokens: 50 } },
      /does not take max_completion_tokens 50: it is left out/,
      { max_completion_tokens: undefined },
    ],
  ])('should ask once more without %s, warn, and remember', async (_, given, options, warning, expected) => {
    const call = await callWith(given, { transport, ...options });
    expect(await say(call, conversation)).toMatch(/^You said/);
    expect(call.warnings()).toEqual([expect.stringMatching(warning)]);
    await say(call, conversation);
    expect(requests()).toHaveLength(3);
    for (const [field, value] of Object.entries(expected)) expect(requests().at(-1)![field]).toEqual(value);
  });

  it('should leave out reasoning that the service can not read any more', async () => {
    const call = await callWith({}, { transport });
    const name = `${new URL(server.url).host} test, Responses`;
    const before = [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'of another key' }];
    const providerData = { from: name, attached: { call: { before } } };
    const calls = [{ id: 'c1', name: 'weather', arguments: '{}', providerData }];
    expect(await say(call, [...conversation, bot('', calls), result('c1', 'Rain.')])).toBe('You said: Rain.');
    expect(call.warnings()).toEqual([expect.stringMatching(/does not take back its reasoning/)]);
    expect(requests().map(({ input }) => JSON.stringify(input).includes('rs_1'))).toEqual([true, false]);
  });

  it('should not send what another model attached to a call', async () => {
    const call = await callWith({}, { transport });
    const providerData = { from: 'OpenAI test', attached: { call: { before: [{ type: 'reasoning' }] } } };
    const calls = [{ id: 'c1', name: 'weather', arguments: '{}', providerData }];
    await say(call, [...conversation, bot('', calls), result('c1', 'Rain.')]);
    expect(JSON.stringify(requests())).not.toMatch(/reasoning"/);
  });

  it('should shorten a conversation that is longer than the context, and warn', async () => {
    const call = await callWith(
      {
        reply: messages => {
          if (JSON.stringify(messages).length > 900)
            throw new Error("This model's maximum context length is 200 tokens.");
          return 'Yes.';
        },
      },
      { transport, retryForMs: 0 },
    );
    const long = Array.from({ length: 12 }, (_, index) => [
      user(`Question ${index}. ${'x'.repeat(40)}`),
      bot('Yes.'),
    ]).flat();
    expect(await say(call, [system, ...long, user('And?')])).toBe('Yes.');
    expect(call.warnings()[0]).toMatch(/longer than the model's context; its oldest part was left out/);
  });

  it('should say what to do where the server has no Responses API', async () => {
    await start({ faults: [{ fault: '404', on: ['responses', 'responsesSocket'] }] });
    const { error } = await failing(engineOf({ transport, retries: 0 })(conversation));
    expect(error.message).toMatch(
      /check model and baseURL, or set api: 'chat' where it has no Responses API/,
    );
    expect(error.retryable).toBe(false);
  });

  it('should not call tools where it must not, and send only strict schemas as strict', async () => {
    const call = await callWith({}, { transport });
    const loose = { name: 'a', description: 'A.', parameters: { type: 'object', properties: { b: {} } } };
    await say(call, conversation, { tools: [loose], toolChoice: 'none' });
    expect(requests()[0]).toMatchObject({ tool_choice: 'none', tools: [{ name: 'a', strict: false }] });
  });
});

describe('the API and the transport', () => {
  const chosen = (baseURL: string, model: string, options: OpenaiLlmOptions = {}): string => {
    const { api, transport } = protocolOf(options, openaiConnection({ apiKey, baseURL }), model);
    return `${api} ${transport}`;
  };
  const ownFetch = fetch;

  it.each<[string, string, OpenaiLlmOptions, string]>([
    ['https://api.openai.com/v1', 'gpt-6-luna', {}, 'responses websocket'],
    ['https://eu.api.openai.com/v1/', 'gpt-6.1-sol', {}, 'responses websocket'],
    ['https://api.openai.com/v1', 'gpt-4o-audio-preview', {}, 'chat http'],
    ['https://api.openai.com/v1', 'gpt-5-search-api', {}, 'chat http'],
    ['https://api.openai.com/v1', 'gpt-6-luna', { fetch: ownFetch }, 'responses http'],
    ['https://api.openai.com/v1', 'gpt-6-luna', { transport: 'http' }, 'responses http'],
    ['https://api.openai.com/v1', 'gpt-6-luna', { api: 'chat' }, 'chat http'],
    ['https://x.openai.azure.com/openai/v1', 'mine', {}, 'responses http'],
    ['https://x.openai.azure.com/openai/v1/', 'mine', { transport: 'websocket' }, 'responses websocket'],
    ['https://x.openai.azure.com/openai/deployments/mine', 'mine', {}, 'chat http'],
    ['https://x.services.ai.azure.com/openai/v1', 'mine', {}, 'responses http'],
    ['http://127.0.0.1:11434/v1', 'llama3.2', {}, 'chat http'],
    ['https://api.openai.com.example.org/v1', 'any', {}, 'chat http'],
    ['https://api.groq.com/openai/v1', 'any', {}, 'chat http'],
    ['http://127.0.0.1:8000/v1', 'any', { api: 'responses' }, 'responses http'],
    ['http://127.0.0.1:8000/v1', 'any', { api: 'responses', transport: 'websocket' }, 'responses websocket'],
  ])(
    'should be as the server at %s has them for %s, or as chosen: %j',
    async (baseURL, model, options, expected) => {
      await start();
      expect(chosen(baseURL, model, options)).toBe(expected);
    },
  );

  it('should refuse a WebSocket for chat completions', async () => {
    await start();
    const make = (): Llm =>
      openaiLlm({ apiKey, baseURL: server.baseURL, model: 'a', transport: 'websocket' });
    expect(make).toThrow(/set api: 'responses', or leave transport out/);
  });

  it('should ask OpenAI itself for reasoning it can send back, and lead a call’s requests to one cache', async () => {
    await start();
    vi.stubEnv('OPENAI_BASE_URL', undefined);
    const bodies: Record<string, unknown>[] = [];
    const fetch = ((address: string, { body }: { body: string }) => {
      expect(address).toBe('https://api.openai.com/v1/responses');
      bodies.push(JSON.parse(body) as Record<string, unknown>);
      const answer = {
        id: 'resp_1',
        status: 'completed',
        output: [{ type: 'message', content: [{ type: 'output_text', text: 'Yes.' }] }],
      };
      return Promise.resolve(
        new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } }),
      );
    }) as typeof globalThis.fetch;
    const engine = openaiLlm({ apiKey, fetch, maxTokens: 5 });
    const call = sessionOf(engine);
    for (const llm of [call, call, sessionOf(engine), openaiLlm({ apiKey, fetch, model: 'gpt-6.1-sol' })])
      expect(textOf(await all(llm(conversation).pipe(take(9))))).toBe('Yes.');
    expect(bodies[0]).toMatchObject({
      model: 'gpt-6-luna',
      reasoning: { effort: 'none' },
      store: false,
      stream: true,
      max_output_tokens: 16,
    });
    expect(bodies.map(({ include }) => include)).toEqual([
      undefined,
      undefined,
      undefined,
      ['reasoning.encrypted_content'],
    ]);
    const keys = bodies.map(body => body['prompt_cache_key']);
    expect(keys[0]).toMatch(/^rxvoice-/);
    expect([keys[1] === keys[0], keys[2] === keys[0]]).toEqual([true, false]);
  });

  it('should name the API where a model has tools in the other only', async () => {
    await start();
    const llm = openaiLlm({ apiKey, baseURL: server.baseURL, model: 'gpt-6-astra' });
    const tools = [{ name: 'a', description: 'A.', parameters: { type: 'object' } }];
    const { error } = await failing(llm(conversation, { tools }));
    expect(error.message).toMatch(/Responses API only when it has tools: set api: 'responses'/);
    const other = openaiLlm({ apiKey, baseURL: server.baseURL, model: 'gpt-6-astra', api: 'responses' });
    expect(textOf(await all(other(conversation, { tools })))).toMatch(/^You said/);
  });
});
