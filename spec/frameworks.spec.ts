import { FakeListChatModel } from '@langchain/core/utils/testing';
import type { MockLanguageModelV3 } from 'ai/test';
import { convertToModelMessages, streamText, type UIMessage } from 'ai';
import { type ConversationEvent, conversation, type Llm, type Tool } from 'rxvoice';
import { fakeTime, scriptedInput, scriptedStt, scriptedTts, type VirtualRun } from 'rxvoice/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { llm as aiSdk, tools } from '../examples/aiSdk.ts';
import { langchainLlm } from '../examples/langchain.ts';
import { llm as route } from '../examples/route.ts';
import { llm as streamed } from '../examples/streamText.ts';
import { aiModel, call, finish, words } from './support/aiModel.ts';

const mock = vi.hoisted((): { model?: MockLanguageModelV3 } => ({}));
vi.mock('ai', async original => {
  const ai = await original<typeof import('ai')>();
  // The gateway's model, at the time of its use.
  const gateway = () => ({
    specificationVersion: 'v3',
    provider: 'mock',
    modelId: 'small',
    supportedUrls: {},
    doStream: (options: Parameters<MockLanguageModelV3['doStream']>[0]) => mock.model!.doStream(options),
  });
  return { ...ai, gateway };
});

const cakes = 'We have a cake with apples. We have another one with cherries. We have a third one, too.';
const heard = 'We have a cake with apples. We have';
const place = (llm: Llm, tools: readonly Tool[] = []): Promise<VirtualRun<ConversationEvent>> =>
  fakeTime(vi, () =>
    conversation({
      stt: scriptedStt([
        { from: 200, to: 1_000, text: 'Tell me about your cakes.' },
        { from: 3_600, to: 4_200, text: 'Thank you, stop.' },
      ]),
      llm,
      tools,
      tts: scriptedTts(),
      systemPrompt: 'Be brief.',
    })(scriptedInput(6_500), { write: () => undefined }),
  );
const textsOf = ({ values }: VirtualRun<ConversationEvent>): string[] =>
  values.flatMap(({ value }) =>
    value.type === 'bot.interrupted'
      ? [value.heard]
      : value.type === 'bot.spoke'
        ? [value.text.trim()]
        : value.type === 'turn.failed'
          ? [String(value.cause)]
          : [],
  );

/** The recipes of the README, each with the mock model of its framework, interrupted in the middle of an answer. */
describe('the recipes for chat bots', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('should be one for a model of the AI SDK, with a tool', async () => {
    const { model, open } = aiModel(prompt =>
      prompt.at(-1)!.role === 'tool'
        ? words(cakes)
        : prompt.length > 2
          ? words('Goodbye.')
          : [call('price', { cake: 'chocolate' }), finish('tool-calls')],
    );
    mock.model = model;
    const run = await place(aiSdk, tools);
    expect(textsOf(run)).toEqual([expect.stringContaining('We have a cake with apples.'), 'Goodbye.']);
    expect(JSON.stringify(model.doStreamCalls.at(-1)!.prompt)).toContain('"value":"4.5"');
    expect(JSON.stringify(model.doStreamCalls.at(-1)!.prompt)).not.toContain('third');
    expect([open(), run.leftTimers]).toEqual([0, 0]);
  });

  it('should be one for streamText', async () => {
    const { model, open } = aiModel(prompt => words(prompt.length > 2 ? 'Goodbye.' : cakes));
    mock.model = model;
    const run = await place(streamed);
    expect(textsOf(run)).toEqual([expect.stringContaining(heard), 'Goodbye.']);
    expect(JSON.stringify(model.doStreamCalls.at(-1)!.prompt)).not.toContain('third');
    expect(open()).toBe(0);
  });

  it('should be one for LangChain', async () => {
    const model = new FakeListChatModel({ responses: [cakes, 'Goodbye.'], sleep: 5 });
    const stream = vi.spyOn(model, 'stream');
    const run = await place(langchainLlm(model));
    const [first, ...others] = textsOf(run);
    expect([first, others]).toEqual([expect.stringContaining(heard), ['Goodbye.']]);
    expect(stream.mock.lastCall![0]).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Tell me about your cakes.' },
      { role: 'assistant', content: first },
      { role: 'user', content: 'Thank you, stop.' },
    ]);
    expect(stream.mock.calls.every(([, options]) => options?.signal?.aborted)).toBe(true);
  });

  it('should be one for a chat route that `useChat` takes', async () => {
    const { model, open } = aiModel(prompt => words(prompt.length > 1 ? 'Goodbye.' : cakes));
    vi.stubGlobal('fetch', async (_: string, { body, signal }: { body: string; signal: AbortSignal }) => {
      const { messages } = JSON.parse(body) as { messages: UIMessage[] };
      return streamText({
        model,
        messages: await convertToModelMessages(messages),
        abortSignal: signal,
      }).toUIMessageStreamResponse();
    });
    const run = await place(route);
    const [first, ...others] = textsOf(run);
    expect([first, others]).toEqual([expect.stringContaining(heard), ['Goodbye.']]);
    expect(model.doStreamCalls.at(-1)!.prompt).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ type: 'text', text: first }] },
      { role: 'user' },
    ]);
    expect(open()).toBe(0);
  });
});
