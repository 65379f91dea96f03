import { concat, of, timer } from 'rxjs';
import { ignoreElements } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinLlm, failover } from '../../lib/index.ts';
import type { Llm } from '../../lib/llm/message.ts';
import { openaiLlm, type OpenaiLlmOptions } from '../../lib/providers/openai/index.ts';
import { llmContract, type OpenaiServer, openaiServer, scriptedLlm } from '../../lib/testing/index.ts';

llmContract({ describe, it, name: 'builtinLlm', make: () => builtinLlm(), words: /four/u });
llmContract({
  describe,
  it,
  name: 'scriptedLlm',
  make: () => scriptedLlm('Two and two are four.', { firstTokenMs: 5, tokenMs: 1 }),
});

let server: OpenaiServer;
beforeAll(async () => {
  server = await openaiServer({
    latencies: { firstTokenMs: 5, tokensPerSecond: 500 },
    reply: (messages, { tools = [] }) =>
      messages.at(-1)?.content === 'How is Oslo?' && tools.length > 0
        ? { toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] }
        : 'Two and two are four.',
  });
});
afterAll(() => server.close());

const openai = (options: OpenaiLlmOptions = {}): Llm =>
  openaiLlm({ apiKey: 'any', baseURL: server.baseURL, model: 'test', ...options });
const nowhere = (options: OpenaiLlmOptions = {}): Llm =>
  openaiLlm({ apiKey: 'any', baseURL: 'http://127.0.0.1:9/v1', model: 'test', retries: 0, ...options });
const shared = {
  describe,
  it,
  words: /four/u,
  toolQuestion: 'How is Oslo?',
  open: () => server.connections,
  broken: () => nowhere(),
};
llmContract({ ...shared, name: 'openaiLlm', make: () => openai() });
llmContract({
  ...shared,
  name: 'openaiLlm by responses over HTTP',
  make: () => openai({ api: 'responses' }),
  broken: () => nowhere({ api: 'responses' }),
});
llmContract({
  ...shared,
  name: 'openaiLlm by responses over a WebSocket',
  make: () => openai({ api: 'responses', transport: 'websocket' }),
  broken: () => nowhere({ api: 'responses', transport: 'websocket' }),
});
llmContract({ ...shared, name: 'failover', make: () => failover([nowhere(), openai()]) });

describe('the contract of language models', () => {
  it('should find one out that goes on when it is unsubscribed, or omits required events', async () => {
    const tests: [string, () => Promise<void>][] = [];
    const careless: Llm = () => {
      const answer$ = concat(
        timer(10).pipe(ignoreElements()),
        of({ type: 'token', text: '' } as const, { type: 'token', text: 'Four.' } as const),
      );
      answer$.subscribe();
      return answer$;
    };
    llmContract({
      describe: (_, body) => body(),
      it: (name, body) => tests.push([name, body]),
      name: 'careless',
      make: () => careless,
      words: /five/u,
      toolQuestion: 'How is Oslo?',
      timeoutMs: 1_000,
    });
    const results = await Promise.allSettled(tests.map(([, body]) => body()));
    const broken = tests.flatMap(([name], index) => (results[index]!.status === 'rejected' ? [name] : []));
    expect(broken).toEqual(
      expect.arrayContaining([
        'should answer in pieces, and complete',
        'should call a tool, and answer with its result',
      ]),
    );
  });
});
