import { lastValueFrom, scan, tap } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type ConversationEvent,
  failover,
  type Llm,
  type Message,
  remember,
  setup,
  tool,
} from '../../../lib/index.ts';
import { openaiLlm, type OpenaiLlmOptions } from '../../../lib/providers/openai/index.ts';
import {
  type OpenaiServer,
  openaiServer,
  type OpenaiServerOptions,
  scriptedInput,
  scriptedStt,
  scriptedTts,
} from '../../../lib/testing/index.ts';

let server: OpenaiServer;
afterEach(() => server.close());

const weather = tool({
  name: 'weather',
  description: 'The weather of a city.',
  parameters: z.object({ city: z.string() }),
  run: ({ city }) => `Rain in ${city}.`,
});

/** A call of three turns: the second question is asked while the first answer is spoken. */
const speech = [
  { from: 100, to: 300, text: 'How is Oslo?' },
  { from: 1_500, to: 1_700, text: 'No, how is Rome?' },
  { from: 4_300, to: 4_500, text: 'Thank you.' },
];
const reply: NonNullable<OpenaiServerOptions['reply']> = messages => {
  const last = messages.at(-1)!;
  const said = String(last.content);
  if (last.role === 'tool') return `${said} It will rain for three days in a row, they say.`;
  const where = /Oslo|Rome/u.exec(said)?.[0];
  return where === undefined ? 'Goodbye.' : { toolCalls: [{ name: 'weather', arguments: { city: where } }] };
};

/** Has the call; gives its events, and the history after each. */
async function have(
  options: OpenaiLlmOptions,
  wrapped: (llm: Llm) => Llm = llm => llm,
  given: OpenaiServerOptions = {},
) {
  server = await openaiServer({ latencies: { firstTokenMs: 20, tokensPerSecond: 0 }, reply, ...given });
  const llm = openaiLlm({ apiKey: 'any', baseURL: server.baseURL, model: 'any', ...options });
  const voice = setup({
    stt: scriptedStt(speech),
    llm: wrapped(llm),
    tts: scriptedTts({ firstAudioMs: 10, msPerCharacter: 25 }),
    systemPrompt: 'Be brief.',
    tools: [weather],
  });
  const events: ConversationEvent[] = [];
  const call$ = voice.conversation$(scriptedInput(6_000), { write: () => undefined });
  const history = await lastValueFrom(
    call$.pipe(
      tap(event => events.push(event)),
      scan(remember, [] as readonly Message[]),
    ),
  );
  await expect.poll(() => server.connections).toBe(0);
  return { events, history };
}

/** A history as roles and words. */
const lines = (messages: readonly { readonly role: string; readonly content?: unknown }[]): string[] =>
  messages.map(({ role, content }) => `${role}: ${typeof content === 'string' ? content : ''}`);

describe('a call whose model is asked by responses', () => {
  it.each<[string, OpenaiLlmOptions, number]>([
    ['HTTP', { api: 'responses' }, 0],
    ['a WebSocket', { api: 'responses', transport: 'websocket' }, 1],
  ])(
    'should call tools, be interrupted, and have the server believe what was heard, over %s',
    async (_, options, sockets) => {
      const { events, history } = await have(options);
      const cut = events.find(event => event.type === 'bot.interrupted');
      expect(cut).toMatchObject({ heard: expect.stringMatching(/^Rain in Oslo\./) as string });
      expect(cut).not.toMatchObject({ heard: expect.stringMatching(/they say/) as string });
      expect(events.filter(({ type }) => type === 'turn.failed' || type === 'call.warning')).toEqual([]);
      // The last request: all but its own answer.
      expect(lines(server.responses.at(-1)!.messages)).toEqual([
        'system: Be brief.',
        ...lines(history.slice(0, -1)),
      ]);
      const opened = server.events.filter(
        ({ type, endpoint }) => type === 'opened' && endpoint === 'responsesSocket',
      );
      expect(opened).toHaveLength(sockets);
      expect(server.responses).toHaveLength(5);
    },
  );

  it('should keep its connection within failover', async () => {
    const { events } = await have({ api: 'responses', transport: 'websocket' }, llm => failover([llm, llm]));
    expect(events.filter(({ type }) => type === 'turn.failed')).toEqual([]);
    const opened = server.events.filter(({ type, endpoint }) => type === 'opened' && endpoint !== 'models');
    expect(opened.map(({ endpoint }) => endpoint)).not.toContain('responses');
  });

  it('should outlast connections that the service ends at their age', async () => {
    const { events, history } = await have({ api: 'responses', transport: 'websocket' }, undefined, {
      limits: { connectionMs: 900 },
    });
    expect(events.filter(({ type }) => type === 'turn.failed')).toEqual([]);
    expect(lines(server.responses.at(-1)!.messages)).toEqual([
      'system: Be brief.',
      ...lines(history.slice(0, -1)),
    ]);
    const opened = server.events.filter(
      ({ type, endpoint }) => type === 'opened' && endpoint === 'responsesSocket',
    );
    expect(opened.length).toBeGreaterThan(3);
  });
});
