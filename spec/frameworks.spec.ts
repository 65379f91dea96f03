import { AIMessageChunk } from '@langchain/core/messages';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { FakeListChatModel, FakeStreamingChatModel } from '@langchain/core/utils/testing';
import type { MockLanguageModelV3 } from 'ai/test';
import { tool as langchainTool } from '@langchain/core/tools';
import { Agent, type Model, tool as agentTool, Usage } from '@openai/agents';
import { convertToModelMessages, streamText, type UIMessage } from 'ai';
import { type ConversationEvent, conversation, type Llm, llmFrom, type Tool } from 'rxvoice';
import { aiMessages } from 'rxvoice/ai';
import { fakeTime, scriptedInput, scriptedStt, scriptedTts, type VirtualRun } from 'rxvoice/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { llm as aiSdk, tools } from '../examples/aiSdk.ts';
import { langchainLlm } from '../examples/langchain.ts';
import { graphLlm } from '../examples/langgraph.ts';
import { agentLlm } from '../examples/openaiAgents.ts';
import { llm as route } from '../examples/route.ts';
import { llm as streamed } from '../examples/streamText.ts';
import { aiModel, call, finish, words } from './support/aiModel.ts';

const mock = vi.hoisted((): { model?: MockLanguageModelV3 } => {
  // It would wait for its exporter, on a timer of its own.
  process.env['OPENAI_AGENTS_DISABLE_TRACING'] = '1';
  return {};
});
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

  it('should be one for OpenAI Agents, with a tool that it runs', async () => {
    const requests: unknown[] = [];
    const usage = { inputTokens: 12, outputTokens: 5, totalTokens: 17 };
    const message = (text: string) => ({
      type: 'message' as const,
      role: 'assistant' as const,
      status: 'completed' as const,
      content: [{ type: 'output_text' as const, text }],
    });
    const model: Model = {
      getResponse: () => Promise.resolve({ usage: new Usage(), output: [] }),
      getStreamedResponse: async function* ({ input, signal }) {
        requests.push(structuredClone(input));
        yield { type: 'response_started' };
        const isFirst = requests.length === 1;
        const text = isFirst ? '' : requests.length === 2 ? cakes : 'Goodbye.';
        for (const delta of text.split(/(?<= )/u)) {
          await new Promise(done => setTimeout(done, 10));
          signal?.throwIfAborted();
          yield { type: 'output_text_delta', delta };
        }
        const call = {
          type: 'function_call' as const,
          callId: 'c1',
          name: 'price',
          arguments: '{"cake":"apple"}',
        };
        const output = isFirst ? [call] : [message(text)];
        yield { type: 'response_done', response: { id: `r${requests.length}`, usage, output } };
      },
    };
    const price = agentTool({
      name: 'price',
      description: 'The price of a cake.',
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
      strict: false,
      execute: () => 'four euros',
    });
    const run = await place(
      agentLlm(new Agent({ name: 'Baker', instructions: 'Be brief.', model, tools: [price] })),
    );
    const [first, ...others] = textsOf(run);
    expect([first, others]).toEqual([expect.stringContaining(heard), ['Goodbye.']]);
    expect(JSON.stringify(requests[1])).toContain('four euros');
    expect(requests.at(-1)).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ type: 'output_text', text: first }] },
      { role: 'user' },
    ]);
    expect(
      run.values.flatMap(({ value }) => (value.type === 'bot.toolResult' ? [value.content] : [])),
    ).toEqual(['four euros']);
  });

  it('should be one for LangGraph, with a tool that it runs', async () => {
    const price = langchainTool(() => 'four euros', {
      name: 'price',
      description: 'The price of a cake.',
      schema: z.object({ cake: z.string() }),
    });
    const call = {
      name: 'price',
      args: '{"cake":"apple"}',
      id: 'c1',
      index: 0,
      type: 'tool_call_chunk' as const,
    };
    const requests: unknown[] = [];
    class Baker extends FakeStreamingChatModel {
      override bindTools() {
        return this;
      }
      override async *_streamResponseChunks(
        ...[messages, options, manager]: Parameters<FakeStreamingChatModel['_streamResponseChunks']>
      ) {
        requests.push(messages.map(({ type, text }) => [type, text]));
        this.chunks =
          requests.length === 1
            ? [new AIMessageChunk({ content: '', tool_call_chunks: [call] })]
            : (requests.length === 2 ? cakes : 'Goodbye.')
                .split(/(?<= )/u)
                .map(content => new AIMessageChunk({ content }));
        yield* super._streamResponseChunks(messages, options, manager);
      }
    }
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is in another package
    const graph = createReactAgent({ llm: new Baker({ sleep: 10 }), tools: [price] });
    const run = await place(graphLlm(graph));
    const [first, ...others] = textsOf(run);
    expect([first, others]).toEqual([expect.stringContaining(heard), ['Goodbye.']]);
    expect(requests[1]).toContainEqual(['tool', 'four euros']);
    expect(requests.at(-1)).toEqual([
      ['system', 'Be brief.'],
      ['human', 'Tell me about your cakes.'],
      ['ai', first],
      ['human', 'Thank you, stop.'],
    ]);
  });

  /** `@mastra/core` 1 needs Node 22: its agent's result, by the shape of its stream (chunks with a `payload`). */
  it('should be one for Mastra', async () => {
    const requests: { messages: unknown; signal: AbortSignal | undefined }[] = [];
    const agent = {
      stream: async (messages: unknown, { abortSignal }: { abortSignal?: AbortSignal }) => {
        requests.push({ messages, signal: abortSignal });
        const text = requests.length === 1 ? cakes : 'Goodbye.';
        const chunk = (type: string, payload: object) => ({ type, runId: '1', from: 'AGENT', payload });
        const parts = [
          chunk('start', {}),
          chunk('tool-call', { toolCallId: 'c1', toolName: 'price', args: { cake: 'apple' } }),
          chunk('tool-result', { toolCallId: 'c1', toolName: 'price', result: { euros: 4 } }),
          ...text.split(/(?<= )/u).map(text => chunk('text-delta', { id: '0', text })),
          chunk('finish', { output: { usage: { inputTokens: 12, outputTokens: 5 } } }),
        ];
        const fullStream = new ReadableStream({
          pull: async controller => {
            await new Promise(done => setTimeout(done, 10));
            const part = parts.shift();
            if (part === undefined) controller.close();
            else controller.enqueue(part);
          },
        });
        return Promise.resolve({ fullStream, text: Promise.resolve(text) });
      },
    };
    const run = await place(
      llmFrom((messages, { signal }) => agent.stream(aiMessages(messages), { abortSignal: signal })),
    );
    const [first, ...others] = textsOf(run);
    expect([first, others]).toEqual([expect.stringContaining(heard), ['Goodbye.']]);
    expect(JSON.stringify(requests.at(-1)!.messages)).not.toContain('third');
    expect(requests[0]!.signal?.aborted).toBe(true);
  });
});
