import { APICallError, LoadAPIKeyError } from '@ai-sdk/provider';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { Notice } from '../../../lib/engine.ts';
import type { LlmEvent, Message } from '../../../lib/llm/message.ts';
import {
  type AiLanguageModel,
  aiLlm,
  type AiLlmOptions,
  aiMessages,
} from '../../../lib/providers/ai/index.ts';
import { conversation } from '../../../lib/index.ts';
import {
  llmContract,
  scriptedInput,
  scriptedStt,
  scriptedTts,
  virtualTime,
} from '../../../lib/testing/index.ts';
import { aiModel, call, finish, words } from '../../support/aiModel.ts';

const hello: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi.' },
];
const once: AiLlmOptions = { retries: 0 };
const fast = { first: null, each: null };
const answerOf = (
  parts: readonly unknown[],
  messages: readonly Message[] = hello,
  options: AiLlmOptions = once,
): Promise<LlmEvent[]> =>
  lastValueFrom(aiLlm(aiModel(() => parts, fast).model, options)(messages).pipe(toArray()), {
    defaultValue: [],
  });
const errorOf = (answer: Promise<unknown>): Promise<Error & { retryable: boolean }> =>
  answer.then(
    () => expect.unreachable('it answered'),
    (error: unknown) => error as Error & { retryable: boolean },
  );

const { model: four, open } = aiModel((prompt, { tools = [], toolChoice }) => {
  const isAsked = JSON.stringify(prompt.at(-1)).includes('How is Oslo?');
  return isAsked && tools.length > 0 && toolChoice?.type !== 'none'
    ? [call('weather', { city: 'Oslo' }), finish('tool-calls')]
    : words('Two and two are four.');
}, fast);
llmContract({
  describe,
  it,
  name: 'aiLlm',
  make: () => aiLlm(four),
  open,
  words: /four/u,
  toolQuestion: 'How is Oslo?',
  broken: () =>
    aiLlm(
      aiModel(() => {
        throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) });
      }).model,
      once,
    ),
});

describe('aiLlm', () => {
  it('should speak the text, keep reasoning and calls for their message, and report the usage last', async () => {
    const events = await answerOf([
      { type: 'stream-start', warnings: [] },
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'They want ' },
      { type: 'reasoning-delta', id: 'r', delta: 'weather.' },
      { type: 'reasoning-end', id: 'r', providerMetadata: { anthropic: { signature: 'abc' } } },
      ...words('One moment.').slice(0, -1),
      { ...call('weather', { city: 'Oslo' }), providerMetadata: { google: { thoughtSignature: 'xyz' } } },
      finish('tool-calls'),
    ]);
    expect(events).toEqual([
      { type: 'token', text: 'One ' },
      { type: 'token', text: 'moment.' },
      {
        type: 'toolCall',
        id: 'call-1',
        name: 'weather',
        arguments: '{"city":"Oslo"}',
        providerData: {
          from: 'mock small',
          call: { google: { thoughtSignature: 'xyz' } },
          before: [
            {
              type: 'reasoning',
              text: 'They want weather.',
              providerOptions: { anthropic: { signature: 'abc' } },
            },
            { type: 'text', text: 'One moment.' },
          ],
        },
      },
      { type: 'usage', promptTokens: 12, completionTokens: 5, cachedTokens: 8, reasoningTokens: 2 },
    ]);
  });

  it.each([
    [
      'v2',
      { inputTokens: 7, outputTokens: 3, totalTokens: 10, cachedInputTokens: 2, reasoningTokens: 1 },
      'stop',
    ],
    [
      'v4',
      { inputTokens: { total: 7, cacheRead: 2 }, outputTokens: { total: 3, reasoning: 1 } },
      { unified: 'stop', raw: 'end_turn' },
    ],
  ])('should understand a model of specification %s', async (specificationVersion, usage, finishReason) => {
    const model: AiLanguageModel = {
      specificationVersion,
      provider: 'mine',
      modelId: 'own',
      doStream: () =>
        Promise.resolve({
          stream: new ReadableStream({
            start: controller => {
              controller.enqueue({ type: 'text-delta', id: '0', delta: 'Hello.' });
              controller.enqueue({ type: 'ping' });
              controller.enqueue({ type: 'finish', usage, finishReason });
              controller.close();
            },
          }),
        }),
    };
    expect(await lastValueFrom(aiLlm(model)(hello).pipe(toArray()))).toEqual([
      { type: 'token', text: 'Hello.' },
      { type: 'usage', promptTokens: 7, completionTokens: 3, cachedTokens: 2, reasoningTokens: 1 },
    ]);
  });

  it('should report a tool of the provider with its result, and send both back in one message', async () => {
    const { model } = aiModel(prompt => {
      expect(prompt).toBeDefined();
      return [
        { ...call('web_search', { query: 'rain' }), providerExecuted: true },
        {
          type: 'tool-result',
          toolCallId: 'call-1',
          toolName: 'web_search',
          result: { a: 0 },
          preliminary: true,
        },
        { type: 'tool-result', toolCallId: 'call-1', toolName: 'web_search', result: { a: 1 } },
        ...words('It rains.'),
      ];
    }, fast);
    const providerTools = {
      web_search: { type: 'provider', id: 'openai.web_search', args: { size: 'low' } },
    };
    const llm = aiLlm(model, { providerTools });
    const events = await lastValueFrom(llm(hello).pipe(toArray()));
    expect(events.map(({ type }) => type)).toEqual(['toolCall', 'toolResult', 'token', 'token', 'usage']);
    expect(events[1]).toEqual({ type: 'toolResult', id: 'call-1', name: 'web_search', content: '{"a":1}' });
    expect(model.doStreamCalls[0]).toMatchObject({
      tools: [{ type: 'provider', id: 'openai.web_search', name: 'web_search', args: { size: 'low' } }],
      toolChoice: { type: 'auto' },
    });

    const { type, ...called } = events[0] as Extract<LlmEvent, { type: 'toolCall' }>;
    await lastValueFrom(
      llm([
        ...hello,
        { role: 'assistant', content: '', toolCalls: [called] },
        { role: 'tool', content: '{"a":1}', toolCallId: 'call-1' },
        { role: 'assistant', content: 'It rains.' },
        { role: 'user', content: 'Sure?' },
      ]),
    );
    expect(model.doStreamCalls[1]!.prompt.slice(2)).toEqual([
      {
        role: 'assistant',
        content: [
          {
            type: 'tool-call',
            toolCallId: 'call-1',
            toolName: 'web_search',
            input: { query: 'rain' },
            providerExecuted: true,
          },
          {
            type: 'tool-result',
            toolCallId: 'call-1',
            toolName: 'web_search',
            output: { type: 'json', value: { a: 1 } },
          },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'It rains.' }] },
      { role: 'user', content: [{ type: 'text', text: 'Sure?' }] },
    ]);
  });

  describe('the history', () => {
    const options = (itemId: string) => ({ openai: { itemId, reasoningEncryptedContent: 'e' } });
    const called = {
      id: 'a',
      name: 'weather',
      arguments: '{"city":"Oslo"}',
      providerData: {
        from: 'mock small',
        call: options('fc'),
        before: [
          { type: 'reasoning', text: '', providerOptions: options('rs') },
          { type: 'reasoning', text: 'Oslo …', providerOptions: { anthropic: { signature: 's' } } },
          { type: 'text', text: 'One moment. I look it up.', providerOptions: options('msg') },
        ],
      },
    };
    const history = (content: string, data: unknown = called.providerData): readonly Message[] => [
      { role: 'user', content: 'And Oslo?' },
      { role: 'assistant', content, toolCalls: [{ ...called, providerData: data }] },
      { role: 'tool', content: 'Rain.', toolCallId: 'a' },
      { role: 'assistant', content: 'It rains' },
      { role: 'user', content: 'Stop.' },
    ];
    const sent = async (messages: readonly Message[]): Promise<unknown> => {
      const { model } = aiModel(() => words('Yes.'), fast);
      await lastValueFrom(aiLlm(model)(messages));
      return model.doStreamCalls[0]!.prompt;
    };
    const result = {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'a',
          toolName: 'weather',
          output: { type: 'text', value: 'Rain.' },
        },
      ],
    };
    const callPart = { type: 'tool-call', toolCallId: 'a', toolName: 'weather', input: { city: 'Oslo' } };

    it('should go back with reasoning, signatures and ids where the whole text was heard', async () => {
      expect(await sent(history('One moment. I look it up. '))).toEqual([
        { role: 'user', content: [{ type: 'text', text: 'And Oslo?' }] },
        {
          role: 'assistant',
          content: [...called.providerData.before, { ...callPart, providerOptions: options('fc') }],
        },
        result,
        { role: 'assistant', content: [{ type: 'text', text: 'It rains' }] },
        { role: 'user', content: [{ type: 'text', text: 'Stop.' }] },
      ]);
    });

    it('should go back without ids, which mean the whole text, where a part of it was heard', async () => {
      const prompt = (await sent(history('One moment.'))) as { content: unknown }[];
      expect(prompt[1]!.content).toEqual([
        { type: 'reasoning', text: 'Oslo …', providerOptions: { anthropic: { signature: 's' } } },
        { type: 'text', text: 'One moment.' },
        { ...callPart, providerOptions: { openai: { reasoningEncryptedContent: 'e' } } },
      ]);
      expect(JSON.stringify(prompt)).not.toContain('look it up');
    });

    it.each([
      ['another model', { from: 'mock large', call: { openai: {} } }],
      ['another engine', { from: 'OpenAI gpt', attached: {} }],
      ['no one', null],
      ['a text', 'any'],
    ])('should go back without the data of %s', async (_, data) => {
      const prompt = (await sent(history('One moment.', data))) as { content: unknown }[];
      expect(prompt[1]!.content).toEqual([{ type: 'text', text: 'One moment.' }, callPart]);
    });

    it('should begin with one system message, and a user', () => {
      expect(
        aiMessages([
          { role: 'system', content: 'Be brief.' },
          { role: 'assistant', content: 'Hello.' },
          { role: 'system', content: 'They are called Ada.' },
          { role: 'user', content: 'Hi.' },
          { role: 'assistant', content: '' },
          { role: 'user', content: 'Are you there?' },
        ]),
      ).toEqual([
        { role: 'system', content: 'Be brief.\n\nThey are called Ada.' },
        { role: 'user', content: [{ type: 'text', text: '…' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
        { role: 'user', content: [{ type: 'text', text: 'Hi. Are you there?' }] },
      ]);
    });
  });

  it('should pass on the options, and the signal that an end of the subscription aborts', async () => {
    const { model, signals, open } = aiModel(() => words('Hello there.'), fast);
    const llm = aiLlm(model, {
      temperature: 0.3,
      maxOutputTokens: 50,
      providerOptions: { mock: { fast: true } },
    });
    await new Promise<void>(done => {
      const subscription = llm(hello).subscribe(() => {
        queueMicrotask(() => subscription.unsubscribe());
        done();
      });
    });
    await vi.waitFor(() => expect(open()).toBe(0));
    expect(signals[0]!.aborted).toBe(true);
    expect(model.doStreamCalls[0]).toMatchObject({
      temperature: 0.3,
      maxOutputTokens: 50,
      providerOptions: { mock: { fast: true } },
    });
    expect(model.doStreamCalls[0]).not.toHaveProperty('tools');
    expect(model.doStreamCalls[0]).not.toHaveProperty('retries');
  });

  const refused = (statusCode: number | undefined, isRetryable?: boolean): Error =>
    new APICallError({
      message: 'secret words',
      url: 'https://api.example/?key=sk-secret',
      requestBodyValues: { prompt: 'secret words' },
      responseBody: 'secret words',
      ...(statusCode !== undefined && { statusCode }),
      ...(isRetryable !== undefined && { isRetryable }),
    });
  it.each<[string, unknown, string, boolean]>([
    ['a wrong key', refused(401), 'does not accept the API key', false],
    ['no credit', refused(402), 'no credit left', false],
    ['a wrong id', refused(404), 'check the id of the model', false],
    ['a wrong request', refused(400), 'check the options', false],
    ['too many requests', refused(429), 'limits the rate', true],
    ['no quota, as the SDK says', refused(429, false), 'limits the rate', false],
    ['trouble', refused(503), 'has trouble of its own (HTTP 503)', true],
    ['no connection', refused(undefined, true), 'can not be reached', true],
    ['a missing key', new LoadAPIKeyError({ message: 'secret' }), 'createOpenAI({ apiKey })', false],
    ['an object', { type: 'overloaded_error', message: 'secret words' }, '(overloaded_error)', true],
    ['a nested object', { error: { code: 'invalid_prompt', message: 'secret' } }, '(invalid_prompt)', false],
    ['a text', 'secret words', 'broke the answer off.', true],
    ['an error of a hand-made model', new RangeError('secret words'), 'of its own (RangeError)', false],
  ])(
    'should say what to do about %s, before the stream and within it',
    async (_, error, expected, retryable) => {
      const thrown = errorOf(
        lastValueFrom(
          aiLlm(
            aiModel(() => {
              throw error as Error;
            }).model,
            once,
          )(hello),
        ),
      );
      const streamed = errorOf(answerOf([...words('One.').slice(0, 2), { type: 'error', error }]));
      for (const found of await Promise.all([thrown, streamed])) {
        expect(found).toMatchObject({ stage: 'llm', retryable });
        expect(found.message).toContain(expected);
        expect(found.message).toMatch(/^mock small /u);
        expect(found.message).not.toContain('secret');
        expect(JSON.stringify(found.cause ?? {})).not.toContain('secret');
      }
    },
  );

  it.each<[string, readonly unknown[], string, boolean]>([
    ['a filter', [...words('I').slice(0, -1), finish('content-filter')], 'content filter', false],
    ['an error', [...words('I').slice(0, -1), finish('error')], 'broke the answer off', true],
    ['no words', [finish()], 'without a word', true],
    ['marks only', words('… !'), 'without a word', true],
    ['the limit before the first word', [finish('length')], 'raise maxOutputTokens', false],
    ['a cut', words('I am').slice(0, -1), 'without a finish reason', true],
  ])('should fail where the answer ends by %s', async (_, parts, expected, retryable) => {
    const error = await errorOf(answerOf(parts));
    expect(error).toMatchObject({ stage: 'llm', retryable });
    expect(error.message).toContain(expected);
  });

  it('should end without a word after tools if there was one before them', async () => {
    const called = { id: 'a', name: 'note', arguments: '{}' };
    const messages: Message[] = [
      { role: 'user', content: 'Note that.' },
      { role: 'assistant', content: 'I note it.', toolCalls: [called] },
      { role: 'tool', content: 'done', toolCallId: 'a' },
    ];
    expect(await answerOf([finish()], messages)).toEqual([]);
  });

  it('should warn of a cut answer each time, and of a missing setting once', async () => {
    const { model } = aiModel(
      () => [
        { type: 'stream-start', warnings: [{ type: 'unsupported', feature: 'seed' }] },
        ...words('One two').slice(0, -1),
        finish('length'),
      ],
      fast,
    );
    const llm = aiLlm(model);
    const notices: Notice[] = [];
    llm.notice$!.subscribe(notice => notices.push(notice));
    await lastValueFrom(llm(hello));
    await lastValueFrom(llm(hello));
    expect(notices.map(notice => 'message' in notice && notice.message)).toEqual([
      'mock small does not support seed; it is left out.',
      expect.stringContaining('raise maxOutputTokens'),
      expect.stringContaining('raise maxOutputTokens'),
    ]);
  });

  it('should repeat a request that failed before its first word, as long as may help', async () => {
    let attempts = 0;
    const { model } = aiModel(() => {
      attempts += 1;
      if (attempts < 3)
        throw new APICallError({
          message: '',
          url: '',
          requestBodyValues: {},
          statusCode: 503,
          responseHeaders: { 'retry-after-ms': '1' },
        });
      return words('Hello.');
    }, fast);
    expect(await lastValueFrom(aiLlm(model)(hello).pipe(toArray()))).toContainEqual({
      type: 'token',
      text: 'Hello.',
    });
    expect(attempts).toBe(3);
  });

  it.each<[string, unknown, string]>([
    ['an id', 'openai/gpt', "'openai/gpt' is an id. Pass a model"],
    ['a client', { chat: {} }, "an object with 'chat'"],
    ['nothing', undefined, 'but got undefined'],
    ['an old model', { specificationVersion: 'v1', modelId: 'm', doStream: () => 0 }, "version 'v1'"],
  ])('should take no %s', (_, model, expected) => {
    expect(() => aiLlm(model as AiLanguageModel)).toThrow(expected);
  });

  it('should take no tool without an id as one of the provider', () => {
    expect(() => aiLlm(four, { providerTools: { weather: { description: '' } } })).toThrow(
      'providerTools.weather is an object',
    );
  });

  it('should be named where it is used in virtual time', () => {
    const call = conversation({
      stt: scriptedStt([{ from: 200, to: 900, text: 'Hi.' }]),
      llm: aiLlm(four),
      tts: scriptedTts(),
    });
    expect(() => virtualTime(() => call(scriptedInput(3_000), { write: () => undefined }))).toThrow(
      "the AI SDK model 'small' waits for a promise",
    );
  });
});
