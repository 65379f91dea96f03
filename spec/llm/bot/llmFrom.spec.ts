import { from, lastValueFrom, NEVER, type Observable, of, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { llmFrom } from '../../../lib/llm/bot/llmFrom.ts';
import type { Bot, BotRequest } from '../../../lib/llm/bot/bot.ts';
import type { Llm, LlmEvent, Message } from '../../../lib/llm/message.ts';

const messages: readonly Message[] = [{ role: 'user', content: 'Hi.' }];
const answerOf = (bot: Bot | (() => unknown)): Promise<LlmEvent[]> =>
  lastValueFrom(llmFrom(bot as Bot)(messages).pipe(toArray()), { defaultValue: [] });
const textOf = (events: readonly LlmEvent[]): string =>
  events.map(event => (event.type === 'token' ? event.text : '')).join('');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function* pieces<Piece>(...all: readonly Piece[]): AsyncGenerator<Piece> {
  for (const piece of all) yield await Promise.resolve(piece);
}
const streamOf = <Piece>(...all: readonly Piece[]): ReadableStream<Piece> =>
  new ReadableStream({
    start: controller => {
      for (const piece of all) controller.enqueue(piece);
      controller.close();
    },
  });
const route = (type: string, ...all: readonly string[]): Response =>
  new Response(streamOf(...all.map(bytes)), { headers: { 'content-type': type } });
const event = (part: object): string => `data: ${JSON.stringify(part)}\n\n`;
const euro = bytes('€');

describe('llmFrom', () => {
  it.each<[string, () => unknown]>([
    ['a string', () => 'Hello there.'],
    ['a promise of a string', () => Promise.resolve('Hello there.')],
    ['a thenable', () => ({ then: (done: (text: string) => void) => done('Hello there.') })],
    ['a list of strings', () => ['Hello ', 'there.']],
    ['an async generator', () => pieces('Hello ', 'there.')],
    ['a promise of an async generator', () => Promise.resolve(pieces('Hello ', 'there.'))],
    ['a stream of strings', () => streamOf('Hello ', 'there.')],
    ['a stream of bytes', () => streamOf(bytes('Hello '), bytes('there.'))],
    ['an Observable of strings', () => of('Hello ', 'there.')],
    ['an Observable of events', () => of({ type: 'token', text: 'Hello there.' })],
    ['a promise of an Observable', () => Promise.resolve(of('Hello there.'))],
    ['one event', () => ({ type: 'token', text: 'Hello there.' })],
    ['an AI SDK result', () => ({ fullStream: streamOf({ type: 'text-delta', text: 'Hello there.' }) })],
    ['a textStream', () => ({ textStream: pieces('Hello ', 'there.') })],
    ['a toTextStream', () => ({ toTextStream: () => streamOf('Hello ', 'there.') })],
    ['a LangChain message', () => ({ content: 'Hello there.', getType: () => 'ai' })],
    [
      'LangChain chunks',
      () => pieces({ content: 'Hello ' }, { content: [{ type: 'text', text: 'there.' }] }),
    ],
    ['LangGraph tuples', () => pieces([{ content: 'Hello there.', getType: () => 'ai' }, { node: 'a' }])],
    [
      'an OpenAI Agents run',
      () =>
        pieces(
          { type: 'agent_updated_stream_event' },
          { type: 'raw_model_stream_event', data: { type: 'output_text_delta', delta: 'Hello there.' } },
        ),
    ],
    ['Chat Completions chunks', () => pieces({ choices: [{ delta: { content: 'Hello there.' } }] })],
    ['a route of text', () => route('text/plain; charset=utf-8', 'Hello ', 'there.')],
    ['a promise of a route', () => Promise.resolve(route('text/plain', 'Hello ', 'there.'))],
    [
      'a route of UI messages',
      () =>
        route(
          'text/event-stream',
          event({ type: 'start' }),
          event({ type: 'text-delta', id: '1', delta: 'Hello ' }).slice(0, 20),
          event({ type: 'text-delta', id: '1', delta: 'Hello ' }).slice(20),
          event({ type: 'text-delta', id: '1', delta: 'there.' }),
          'data: [DONE]\n\n',
        ),
    ],
    [
      'a route of Chat Completions',
      () => route('text/event-stream', event({ choices: [{ delta: { content: 'Hello there.' } }] })),
    ],
    ['a route of JSON', () => Response.json({ content: 'Hello there.' })],
  ])('should take %s', async (_, bot) => {
    expect(textOf(await answerOf(bot))).toBe('Hello there.');
  });

  it('should read characters whose bytes come in two pieces', async () => {
    expect(textOf(await answerOf(() => streamOf(euro.slice(0, 1), euro.slice(1))))).toBe('€');
  });

  it('should emit text that is there at once within the subscription', () => {
    const texts: string[] = [];
    llmFrom(() => 'Hello.')(messages).subscribe(event => event.type === 'token' && texts.push(event.text));
    expect(texts).toEqual(['Hello.']);
  });

  it('should leave out reasoning, and report tools that the bot ran, and the usage', async () => {
    const events = await answerOf(() =>
      pieces<object>(
        { type: 'reasoning-delta', text: 'The user wants …' },
        { type: 'tool-call', toolCallId: 'a', toolName: 'weather', input: { city: 'Bonn' } },
        { type: 'tool-result', toolCallId: 'a', toolName: 'weather', output: { sunny: true } },
        { type: 'text-delta', text: 'Sunny.' },
        { type: 'finish', finishReason: 'stop', totalUsage: { inputTokens: 12, outputTokens: 3 } },
      ),
    );
    expect(events).toEqual([
      { type: 'toolCall', id: 'a', name: 'weather', arguments: '{"city":"Bonn"}' },
      { type: 'toolResult', id: 'a', name: 'weather', content: '{"sunny":true}' },
      { type: 'token', text: 'Sunny.' },
      { type: 'usage', promptTokens: 12, completionTokens: 3 },
    ]);
  });

  it.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, 'The bot returned undefined. Return text'],
    ['a promise of nothing', () => Promise.resolve(), 'The bot returned undefined. Return text'],
    ['a number', () => 42, 'The bot returned a number. Return text'],
    ['a function', () => () => 'Hi', 'The bot returned a function. Return text'],
    [
      'an unknown object',
      () => ({ answer: 'Hi', id: 1 }),
      "contains an object with 'answer' and 'id'. Answer with text",
    ],
    [
      'an event without its text',
      () => ({ type: 'token', content: 'Hi' }),
      "contains an object of type 'token' with",
    ],
    ['numbers', () => from([1, 2]), 'contains a number. Answer with text'],
    [
      'a failed route',
      () => new Response('secret words', { status: 503 }),
      'The chat route answered with status 503.',
    ],
    ['a part that is an error', () => pieces({ type: 'error', error: 'overloaded' }), 'failed: overloaded.'],
    ['events that are not JSON', () => route('text/event-stream', 'data: secret words\n\n'), 'is not JSON'],
  ])('should say what is wrong with %s', async (_, bot, expected) => {
    const error = await answerOf(bot).catch((error: unknown) => error as Error);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain(expected);
    expect((error as Error).message).not.toContain('secret');
  });

  it('should pass on the error of a bot that throws or rejects', async () => {
    const error = new Error('no credit');
    const thrown = (): never => {
      throw error;
    };
    await expect(answerOf(thrown)).rejects.toBe(error);
    await expect(answerOf(() => Promise.reject(error))).rejects.toBe(error);
    await expect(answerOf(() => pieces({ type: 'error', error }))).rejects.toBe(error);
  });

  it.each<[string, (request: BotRequest, closed: () => void) => unknown]>([
    [
      'an async generator',
      async function* ({ signal }, closed) {
        try {
          yield 'Hello';
          await new Promise(done => signal.addEventListener('abort', done));
        } finally {
          closed();
        }
      },
    ],
    ['a stream', (_, closed) => new ReadableStream({ start: each => each.enqueue('Hello'), cancel: closed })],
    [
      'a route',
      (_, closed) =>
        new Response(new ReadableStream({ start: each => each.enqueue(bytes('Hello')), cancel: closed })),
    ],
  ])('should abort and close %s when it is unsubscribed', async (_, bot) => {
    let signal: AbortSignal | undefined;
    const closed = vi.fn();
    const heard = vi.fn();
    const llm = llmFrom((_, request) => bot((({ signal } = request), request), closed) as string);
    const subscription = llm(messages).subscribe(heard);
    await vi.waitFor(() => expect(heard).toHaveBeenCalled());
    expect(signal?.aborted).toBe(false);
    subscription.unsubscribe();
    expect(signal?.aborted).toBe(true);
    await vi.waitFor(() => expect(closed).toHaveBeenCalled());
  });

  it('should close an answer that comes after the end of the subscription', async () => {
    const closed = vi.fn();
    let answer: ((value: unknown) => void) | undefined;
    llmFrom(() => new Promise<string>(done => (answer = done as typeof answer)))(messages)
      .subscribe()
      .unsubscribe();
    answer?.(new ReadableStream({ start: each => each.enqueue('Hello'), cancel: closed }));
    await vi.waitFor(() => expect(closed).toHaveBeenCalled());
  });

  it('should leave a model as it is, and keep its session and its load', () => {
    const warm$ = NEVER;
    const model: Llm = Object.assign((): Observable<LlmEvent> => of({ type: 'token', text: 'Hi' }), {
      warm$,
    });
    const llm = llmFrom(model);
    expect(llm.warm$).toBe(warm$);
    expect(llmFrom(llm)).toBe(llm);
  });
});
