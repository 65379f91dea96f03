import { catchError, firstValueFrom, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Notice } from '../../../lib/engine.ts';
import { tool } from '../../../lib/index.ts';
import { withTools } from '../../../lib/operators.ts';
import type { LlmEvent, LlmRequest, Message } from '../../../lib/llm/message.ts';
import { openaiLlm, type OpenaiLlmOptions } from '../../../lib/providers/openai/index.ts';

const question: readonly Message[] = [{ role: 'user', content: 'Is the shop open?' }];
type Body = Record<string, unknown> & { messages: Record<string, unknown>[] };

const events = (text: string): Response =>
  new Response(text, { headers: { 'content-type': 'text/event-stream' } });
const sse = (...data: unknown[]): string =>
  data.map(each => `data: ${typeof each === 'string' ? each : JSON.stringify(each)}\n\n`).join('');
const says = (content: unknown, finish_reason: unknown = null) => ({
  choices: [{ index: 0, delta: { content }, finish_reason }],
});
const ends = (finish_reason: unknown) => ({ choices: [{ index: 0, delta: {}, finish_reason }] });
const hello = sse(says('Hello.'), ends('stop'), '[DONE]');
const refusal = (status: number, error: unknown): Response =>
  new Response(typeof error === 'string' ? error : JSON.stringify(error), {
    status,
    headers: { 'content-type': 'application/json' },
  });

/** A server that answers in turn, the last answer over and over; its requests, and the engine's notices. */
function serving(answers: readonly ((body: Body) => Response | string)[], options: OpenaiLlmOptions = {}) {
  const asked: Body[] = [];
  const warnings: string[] = [];
  const fetch = ((_: string, { body }: { body: string }) => {
    const read = JSON.parse(body) as Body;
    const answer = answers[Math.min(asked.length, answers.length - 1)]!(read);
    asked.push(read);
    return Promise.resolve(typeof answer === 'string' ? events(answer) : answer);
  }) as typeof globalThis.fetch;
  const llm = openaiLlm({
    baseURL: 'http://127.0.0.1:9/v1',
    apiKey: 'x',
    model: 'm',
    fetch,
    retries: 1,
    ...options,
  });
  llm.notice$!.subscribe((notice: Notice) => {
    if (notice.type === 'warning') warnings.push(notice.message);
  });
  return { llm, asked, warnings };
}

/** Its answer to the question, and how that ended. */
async function outcome(llm: ReturnType<typeof openaiLlm>, messages = question, request?: LlmRequest) {
  const all = await firstValueFrom(
    llm(messages, request).pipe(
      catchError((error: unknown) =>
        of({ type: 'failed' as const, error: error as Error & { retryable?: boolean } }),
      ),
      toArray(),
    ),
  );
  const last = all.at(-1);
  return {
    text: all.map(event => (event.type === 'token' ? event.text : '')).join(''),
    calls: all.filter((event): event is Extract<LlmEvent, { type: 'toolCall' }> => event.type === 'toolCall'),
    error: last?.type === 'failed' ? last.error : undefined,
  };
}

describe('openaiLlm on servers of their own way', () => {
  it.each<[string, string]>([
    ['no finish_reason, but [DONE]', sse(says('Hello.'), '[DONE]')],
    ['no [DONE], but a finish_reason', sse(says('Hello.'), ends('stop'))],
    ['neither, but a usage of its own', sse(says('Hello.'), { choices: [], usage: { prompt_tokens: 1 } })],
    ['no choices in the usage', sse(says('Hello.'), { usage: { prompt_tokens: 1 } })],
    ['[DONE] without an empty line', `${sse(says('Hello.'))}data: [DONE]`],
    ['an empty finish_reason until the end', sse(says('Hello.', ''), ends('eos'))],
    ['a finish_reason of its own', sse(says('Hello.'), ends('end_turn'))],
    ['a finish_reason that is no text', sse(says('Hello.', 0), '[DONE]')],
    [
      'null deltas',
      sse({ choices: [{ delta: null }] }, { choices: null }, says(null), says('Hello.'), ends('stop')),
    ],
    ['empty choices', sse({ choices: [] }, says('Hello.'), ends('stop'))],
    ['empty data', sse('', says('Hello.'), ends('stop'))],
    [
      'content in parts',
      sse(
        says([
          { type: 'thinking', thinking: [] },
          { type: 'text', text: 'Hello.' },
        ]),
        ends('stop'),
      ),
    ],
    ['content in parts that are texts', sse(says(['Hel', 'lo.', null]), ends('stop'))],
    ['parts of the Responses API', sse(says([{ type: 'output_text', text: 'Hello.' }]), ends('stop'))],
    ['a refusal in parts', sse(says([{ type: 'refusal', refusal: 'Hello.' }]), ends('stop'))],
    [
      'the message once more at the end',
      sse(says('Hello.'), { choices: [{ message: { content: 'Hello.' }, finish_reason: 'stop' }] }),
    ],
    [
      'a message in place of deltas',
      sse({ choices: [{ message: { content: 'Hello.' }, finish_reason: 'stop' }] }),
    ],
    ['text in place of deltas', sse({ choices: [{ text: 'Hello.', finish_reason: 'stop' }] })],
    [
      'a second choice',
      sse(says('Hello.'), { choices: [{ index: 1, delta: { content: 'Bye.' } }] }, ends('stop')),
    ],
    ['no space after the colon, and CRLF', hello.replaceAll('data: ', 'data:').replaceAll('\n', '\r\n')],
    ['named events and ids', hello.replaceAll('data: ', 'event: chunk\nid: 1\ndata: ')],
    ['comments and pings', `: hi\n\n${hello.replaceAll('data: ', ': x\n\nevent: ping\ndata: {}\n\ndata: ')}`],
    [
      'a whole completion, not streamed',
      JSON.stringify({
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
      }),
    ],
    ['an error after the end', sse(says('Hello.'), ends('stop'), { error: { message: 'late' } })],
    ['half a chunk after the end', `${sse(says('Hello.'), ends('stop'))}data: {"choi`],
    ['blank text first', sse(says('\n\n'), says('Hello.'), ends('stop'))],
    [
      'reasoning before it',
      sse(
        { choices: [{ delta: { reasoning_content: 'Hm.' } }] },
        { choices: [{ delta: { reasoning: 'Hm.' } }] },
        says('Hello.'),
        ends('stop'),
      ),
    ],
  ])('should understand %s', async (_, body) => {
    const { llm, asked } = serving([() => body]);
    const { text, error } = await outcome(llm);
    expect({ text: text.trim(), error, asked: asked.length }).toEqual({
      text: 'Hello.',
      error: undefined,
      asked: 1,
    });
  });

  it.each<[string, string]>([
    ['nothing', sse(ends('stop'), '[DONE]')],
    ['an empty text', sse(says(''), ends('stop'))],
    ['spaces', sse(says('  \n'), ends('stop'))],
    ['marks only', sse(says('**'), says('…'), ends('stop'))],
    ['an emoji', sse(says('👍'), ends('stop'))],
    ['reasoning only', sse({ choices: [{ delta: { reasoning_content: 'Hm.' } }] }, ends('stop'))],
    ['[DONE] only', sse('[DONE]')],
    [
      'calls without a name',
      sse(
        { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{}' } }] } }] },
        ends('tool_calls'),
      ),
    ],
  ])('should ask once more, and only once, for an answer of %s', async (_, body) => {
    const once = serving([() => body, () => hello], { retries: 5 });
    expect(await outcome(once.llm)).toMatchObject({ text: 'Hello.', error: undefined });
    const always = serving([() => body], { retries: 5 });
    const { error } = await outcome(always.llm);
    expect(error?.message).toMatch(/without a word that can be spoken/);
    expect(always.asked).toHaveLength(2);
  });

  it('should let an answer be empty where the words came before the tools', async () => {
    const { llm } = serving([() => sse(ends('stop'))]);
    const called: Message[] = [
      ...question,
      { role: 'assistant', content: 'Let me see.', toolCalls: [{ id: 'a', name: 'now', arguments: '{}' }] },
      { role: 'tool', content: 'noon', toolCallId: 'a' },
    ];
    expect(await outcome(llm, called)).toMatchObject({ text: '', error: undefined });
    expect(
      (await outcome(llm, [called[0]!, { ...called[1]!, content: '' }, called[2]!])).error,
    ).toBeDefined();
  });

  it.each(['length', 'max_tokens', 'MAX_TOKENS', 'model_length'])(
    'should speak and report an answer that was cut: %s',
    async finish => {
      const { llm, warnings } = serving([() => sse(says('The shop is open from'), ends(finish))]);
      expect(await outcome(llm)).toMatchObject({ text: 'The shop is open from', error: undefined });
      expect(warnings).toEqual([expect.stringMatching(/limit of tokens.*maxTokens/)]);
    },
  );

  it.each(['content_filter', 'SAFETY', 'sensitive', 'PROHIBITED_CONTENT'])(
    'should fail where it was filtered: %s',
    async finish => {
      const { error } = await outcome(serving([() => sse(says('I'), ends(finish))]).llm);
      expect(error).toMatchObject({
        retryable: false,
        message: expect.stringMatching(/content filter/) as string,
      });
    },
  );

  it.each(['error', 'abort', 'insufficient_system_resource', 'network_error'])(
    'should fail where it broke off: %s',
    async finish => {
      const { error } = await outcome(serving([() => sse(says('I'), ends(finish))]).llm);
      expect(error).toMatchObject({
        retryable: true,
        message: expect.stringMatching(/broke the answer off/) as string,
      });
    },
  );

  it('should report a refusal, and speak it', async () => {
    const { llm, warnings } = serving([
      () => sse({ choices: [{ delta: { refusal: 'I can not.' } }] }, ends('stop')),
    ]);
    expect(await outcome(llm)).toMatchObject({ text: 'I can not.' });
    expect(warnings).toEqual([expect.stringMatching(/refused/)]);
  });

  it.each<[string, string, RegExp]>([
    ['an object', sse({ error: { message: 'overloaded', type: 'server_error' } }), /gave up.*overloaded/],
    ['a text', sse({ error: 'model runner has crashed' }), /gave up.*crashed/],
    ['a status', sse({ error: { message: 'overloaded', code: 502 } }), /trouble of its own \(HTTP 502/],
    [
      'vLLM',
      sse({ object: 'error', message: 'no such thing', type: 'BadRequestError', code: 400 }),
      /does not accept.*no such thing/,
    ],
    [
      'Anthropic',
      sse({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
      /gave up.*Overloaded/,
    ],
    [
      'a choice (OpenRouter)',
      sse({ choices: [{ delta: {}, error: { code: 429, message: 'slow down' } }] }),
      /limits how often/,
    ],
    ['an event', 'event: error\ndata: {"message":"out of memory"}\n\n', /gave up.*out of memory/],
    ['an event of text', 'event: error\ndata: out of memory\n\n', /gave up.*out of memory/],
    ['a body', JSON.stringify({ error: { message: 'out of memory' } }), /gave up.*out of memory/],
    ['a body of FastAPI', JSON.stringify({ detail: 'Not now' }), /gave up.*Not now/],
    [
      'a body of Cloudflare',
      JSON.stringify({ success: false, errors: [{ code: 5007, message: 'No such model' }] }),
      /No such model/,
    ],
    [
      'a body of Google',
      JSON.stringify([{ error: { code: 400, message: 'Bad thing', status: 'INVALID_ARGUMENT' } }]),
      /does not accept.*Bad thing/,
    ],
    ['a page', '<!doctype html><title>Welcome</title>', /sent a page \(HTML\).*baseURL/],
    ['no JSON', 'data: nonsense\n\n', /not JSON/],
  ])('should report an error in the stream, as %s', async (_, body, message) => {
    expect((await outcome(serving([() => body], { retries: 0 }).llm)).error?.message).toMatch(message);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'vLLM',
      { object: 'error', message: 'The model `x` does not know this.', code: 400 },
      /does not know this/,
    ],
    [
      'FastAPI',
      { detail: [{ type: 'missing', loc: ['body', 'prompt'], msg: 'Field required' }] },
      /prompt: Field required/,
    ],
    ['Ollama', { error: 'this needs more memory' }, /more memory/],
    ['a proxy', 'nothing to see', /nothing to see/],
  ])('should pass on what a refusal says, as %s', async (_, body, message) => {
    expect((await outcome(serving([() => refusal(400, body)]).llm)).error?.message).toMatch(message);
  });

  it('should ask again with less where the context is full, and with less at once from then on', async () => {
    const long: Message[] = Array.from({ length: 9 }, (_, index) => ({
      role: index % 2 ? 'assistant' : 'user',
      content: `Line ${index}.`,
    }));
    const { llm, asked, warnings } = serving([
      ({ messages }) =>
        messages.length > 2
          ? refusal(400, { error: { message: 'the request exceeds the available context size' } })
          : hello,
    ]);
    expect((await outcome(llm, long)).text).toBe('Hello.');
    expect(asked.at(-1)!.messages.at(-1)).toEqual({ role: 'user', content: 'Line 8.' });
    expect(asked).toHaveLength(3);
    expect(warnings[0]).toMatch(/longer than the model's context/);
    expect((await outcome(llm, long)).text).toBe('Hello.');
    expect(asked).toHaveLength(4);
  });

  it('should say what to do where a full context can not be any shorter', async () => {
    const { error } = await outcome(
      serving([() => refusal(400, { error: { message: 'No.', code: 'context_length_exceeded' } })]).llm,
    );
    expect(error?.message).toMatch(/longer than the model's context.*context\.maxMessages/);
  });
});

describe('openaiLlm and what a model refuses', () => {
  const time = { name: 'time', description: 'The time.', parameters: { type: 'object', properties: {} } };
  const param = (
    name: string,
    message = `Unsupported parameter: '${name}' is not supported with this model.`,
    code = 'unsupported_parameter',
  ) => refusal(400, { error: { message, type: 'invalid_request_error', param: name, code } });

  it.each<[string, OpenaiLlmOptions, (body: Body) => Response | undefined, object, LlmRequest?]>([
    [
      'temperature',
      { temperature: 0.2 },
      b =>
        b['temperature'] === undefined
          ? undefined
          : param(
              'temperature',
              "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
              'unsupported_value',
            ),
      { temperature: undefined },
    ],
    [
      'top_p',
      { extraBody: { top_p: 0.5 } },
      b => (b['top_p'] === undefined ? undefined : param('top_p')),
      { top_p: undefined },
    ],
    [
      'max_tokens',
      { maxTokens: 50 },
      b =>
        b['max_tokens'] === undefined
          ? undefined
          : param(
              'max_tokens',
              "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            ),
      { max_tokens: undefined, max_completion_tokens: 50 },
    ],
    [
      'max_completion_tokens',
      { maxTokens: 50, api: 'chat', baseURL: 'https://x.openai.azure.com/openai/v1' },
      b =>
        b['max_completion_tokens'] === undefined
          ? undefined
          : refusal(400, {
              error: { message: 'Unrecognized request argument supplied: max_completion_tokens' },
            }),
      { max_tokens: 50, max_completion_tokens: undefined },
    ],
    [
      'too high a limit',
      { maxTokens: 50_000 },
      b =>
        b['max_tokens'] === 4_096
          ? undefined
          : param(
              'max_tokens',
              'max_tokens is too large: 50000. This model supports at most 4096 completion tokens.',
              'invalid_value',
            ),
      { max_tokens: 4_096 },
    ],
    [
      'an effort',
      { reasoningEffort: 'none' },
      b =>
        b['reasoning_effort'] === 'minimal'
          ? undefined
          : param(
              'reasoning_effort',
              "Unsupported value: 'none' is not supported with this model. Supported values are: 'minimal', 'low', 'medium', and 'high'.",
              'unsupported_value',
            ),
      { reasoning_effort: 'minimal' },
    ],
    [
      'minimal',
      { reasoningEffort: 'minimal' },
      b =>
        b['reasoning_effort'] === 'none'
          ? undefined
          : param(
              'reasoning_effort',
              "Unsupported value: 'minimal' is not supported. Supported values are: 'none', 'low', 'medium', 'high', and 'xhigh'.",
            ),
      { reasoning_effort: 'none' },
    ],
    [
      'any effort',
      { reasoningEffort: 'low' },
      b => (b['reasoning_effort'] === undefined ? undefined : param('reasoning_effort')),
      { reasoning_effort: undefined },
    ],
    [
      'tools with an effort of its own',
      {},
      b =>
        b['reasoning_effort'] === 'none'
          ? undefined
          : param(
              'reasoning_effort',
              "Function tools with reasoning_effort are not supported for this model in /v1/chat/completions. Please use /v1/responses instead, or set reasoning_effort to 'none'.",
            ),
      { reasoning_effort: 'none' },
      { tools: [time] },
    ],
    [
      'stream_options (Mistral)',
      {},
      b =>
        b['stream_options'] === undefined
          ? undefined
          : refusal(422, {
              detail: [
                {
                  type: 'extra_forbidden',
                  loc: ['body', 'stream_options'],
                  msg: 'Extra inputs are not permitted',
                },
              ],
            }),
      { stream_options: undefined },
    ],
  ])('should ask once more without %s, and remember', async (_, options, refuse, expected, request) => {
    const { llm, asked, warnings } = serving([body => refuse(body) ?? hello], options);
    expect(await outcome(llm, question, request)).toMatchObject({ text: 'Hello.', error: undefined });
    expect(asked).toHaveLength(2);
    expect({ ...asked[1] }).toEqual(expect.objectContaining(JSON.parse(JSON.stringify(expected)) as object));
    for (const [field, value] of Object.entries(expected)) expect(asked[1]![field]).toBe(value);
    expect(warnings).toHaveLength(1);
    await outcome(llm.session!(), question, request);
    expect(asked).toHaveLength(3);
  });

  it('should learn one thing after the other, and end where the same is asked for twice', async () => {
    const picky = serving(
      [
        b =>
          b['temperature'] !== undefined
            ? param('temperature')
            : b['max_tokens'] !== undefined
              ? param('max_tokens')
              : hello,
      ],
      { temperature: 1, maxTokens: 9 },
    );
    expect((await outcome(picky.llm)).text).toBe('Hello.');
    expect(picky.asked).toHaveLength(3);
    const endless = serving([() => param('temperature')], { temperature: 1 });
    expect((await outcome(endless.llm)).error?.message).toMatch(/does not accept/);
    expect(endless.asked).toHaveLength(2);
    const strange = serving([() => param('messages[0].content')]);
    expect((await outcome(strange.llm)).error).toBeDefined();
    expect(strange.asked).toHaveLength(1);
  });

  it('should end where a model takes no effort with tools, though it asks for one', async () => {
    const message =
      "Function tools with reasoning_effort are not supported for m in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.";
    const { llm, asked } = serving([() => param('reasoning_effort', message)]);
    expect((await outcome(llm, question, { tools: [time] })).error?.message).toMatch(/Responses API only/);
    expect(asked.map(body => body['reasoning_effort'])).toEqual([undefined, 'none']);
  });

  it('should say which models are served by the Responses API only', async () => {
    const message =
      'Function tools are not supported for gpt-6-astra in /v1/chat/completions. Please use /v1/responses instead.';
    const { error } = await outcome(serving([() => param('tools', message)]).llm, question, {
      tools: [time],
    });
    expect(error?.message).toMatch(
      /Responses API only when it has tools: set api: 'responses', or choose another model/,
    );
  });
});

describe('openaiLlm and what a server attaches', () => {
  const now = tool({ name: 'now', description: 'The time.', parameters: z.object({}), run: () => 'noon' });
  const call = (more: object, id = 'f1') => ({
    tool_calls: [{ index: 0, id, type: 'function', function: { name: 'now', arguments: '{}' }, ...more }],
  });
  const called = (...deltas: object[]) =>
    sse(...deltas.map(delta => ({ choices: [{ delta }] })), ends('tool_calls'));

  it.each<[string, readonly object[], object]>([
    [
      'a signature on a call',
      [call({ extra_content: { google: { thought_signature: 'c2ln' } } })],
      {
        tool_calls: [
          {
            id: 'f1',
            type: 'function',
            function: { name: 'now', arguments: '{}' },
            extra_content: { google: { thought_signature: 'c2ln' } },
          },
        ],
      },
    ],
    [
      'reasoning in pieces',
      [{ reasoning_content: 'Let me ' }, { reasoning_content: 'see.' }, call({})],
      { reasoning_content: 'Let me see.' },
    ],
    ['empty reasoning', [{ reasoning_content: '' }, call({})], { reasoning_content: '' }],
    [
      'details in pieces',
      [
        { reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'Hm' }] },
        { reasoning_details: [{ type: 'reasoning.text', index: 0, text: '.', signature: 's' }] },
        { reasoning_details: [{ type: 'reasoning.encrypted', index: 1, data: 'x' }] },
        call({}),
      ],
      {
        reasoning_details: [
          { type: 'reasoning.text', index: 0, text: 'Hm.', signature: 's' },
          { type: 'reasoning.encrypted', index: 1, data: 'x' },
        ],
      },
    ],
  ])('should send %s back with the call', async (_, deltas, expected) => {
    const { llm, asked } = serving([() => called(...deltas), () => hello]);
    await firstValueFrom(withTools(llm, [now])(question).pipe(toArray()));
    expect(asked[1]!.messages[1]).toMatchObject(expected);
  });

  it('should leave it out for another server, and for one that refuses it', async () => {
    const { llm } = serving([() => called({ reasoning_content: 'Hm.' }, call({}))]);
    const { calls } = await outcome(llm, question);
    const { type, ...toolCall } = calls[0]!;
    const history: Message[] = [
      ...question,
      { role: 'assistant', content: '', toolCalls: [toolCall] },
      { role: 'tool', content: 'noon', toolCallId: 'f1' },
    ];
    const other = serving([() => hello], { model: 'other' });
    await outcome(other.llm, history);
    expect(JSON.stringify(other.asked)).not.toContain('reasoning');
    const picky = serving([
      b =>
        JSON.stringify(b).includes('reasoning')
          ? refusal(400, { error: { message: "property 'reasoning_content' is unsupported" } })
          : hello,
    ]);
    expect((await outcome(picky.llm, history)).text).toBe('Hello.');
    expect(picky.asked).toHaveLength(2);
  });

  it('should keep the order of messages where that is configured', async () => {
    const greeted: Message[] = [{ role: 'assistant', content: 'Hello.' }, ...question];
    const strict = serving([() => hello]);
    await outcome(strict.llm, greeted);
    expect(strict.asked[0]!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    const plain = serving([() => hello], { messageOrder: 'plain' });
    await outcome(plain.llm, greeted);
    expect(plain.asked[0]!.messages.map(({ role }) => role)).toEqual(['assistant', 'user']);
  });
});

describe('openaiLlm on a server that leaves out the opening tag of reasoning', () => {
  const pieces = (text: string): string =>
    sse(...text.match(/.{1,3}/gsu)!.map(piece => says(piece)), ends('stop'), '[DONE]');
  const thinks = pieces('They ask. I say it.</think>\n\nYes, it is.');
  const next = async (...answers: string[]) => {
    const { llm, warnings } = serving(answers.map(answer => () => answer));
    const texts: string[] = [];
    while (texts.length < answers.length) {
      const { text, error } = await outcome(llm);
      texts.push(error?.message ?? text);
    }
    return { texts, warnings };
  };

  it('should pass it on once at most, with a warning, and hold it back from then on', async () => {
    const { texts, warnings } = await next(thinks, thinks, thinks);
    expect(texts).toEqual([
      'They ask. I say it.</think>\n\nYes, it is.',
      '\n\nYes, it is.',
      '\n\nYes, it is.',
    ]);
    expect(warnings).toEqual([expect.stringMatching(/reasoning came as its answer.*--reasoning-parser/su)]);
  });

  it('should not pass it on at all where it comes in one piece', async () => {
    const whole = sse(says('They ask.</think>Yes.', 'stop'), '[DONE]');
    expect((await next(whole, whole)).texts).toEqual(['Yes.', 'Yes.']);
  });

  it.each([
    ['none', pieces('Yes, it is.'), 'Yes, it is.'],
    ['both tags', pieces('<think>Hm.</think>Yes.'), '<think>Hm.</think>Yes.'],
    [
      'reasoning of its own field',
      sse({ choices: [{ index: 0, delta: { reasoning_content: 'Hm.' } }] }, says('Yes.', 'stop')),
      'Yes.',
    ],
  ])('should lose nothing of an answer that then has %s', async (_, answer, expected) => {
    const { texts } = await next(thinks, answer, answer);
    expect(texts.slice(1)).toEqual([expected, expected]);
  });

  it('should not warn of a closing tag before which nothing was thought', async () => {
    const empty = pieces('\n</think>\n\nYes, it is.');
    const { texts, warnings } = await next(empty, empty);
    expect(texts).toEqual(['\n\nYes, it is.', '\n\nYes, it is.']);
    expect(warnings).toEqual([]);
  });

  it('should say that all tokens went into reasoning, and speak none of it', async () => {
    const cut = sse(says('They ask. I'), ends('length'), '[DONE]');
    expect((await next(thinks, cut)).texts[1]).toMatch(/used up all its tokens before the first word/u);
  });
});
