import { firstValueFrom, lastValueFrom, Subject, tap, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command } from '../../../lib/conversation/command.ts';
import type { ConversationEvent } from '../../../lib/conversation/events.ts';
import { ofType } from '../../../lib/rx/ofType.ts';
import { setup } from '../../../lib/setup/setup.ts';
import {
  type DeepgramServer,
  deepgramServer,
  type DeepgramServerOptions,
  type LoopbackEvent,
  scriptedInput,
  scriptedLlm,
  scriptedTts,
} from '../../../lib/testing/index.ts';

/** The user asks, cuts the answer off, and hears another. */
const script = [
  { from: 300, to: 900, text: 'Hello there.' },
  { from: 2_300, to: 2_900, text: 'Stop it.' },
];
const answers = scriptedLlm(messages =>
  messages.length > 3
    ? 'Okay.'
    : 'This is quite a long answer to you. It has several sentences. And more of them.',
);

describe('a conversation with Deepgram at both ends', { timeout: 15_000 }, () => {
  let server: DeepgramServer;
  beforeEach(() => vi.stubEnv('DEEPGRAM_API_KEY', 'from-the-environment'));
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server.close();
  });

  const call = async (
    tts: object,
    stt: object = {},
    options: DeepgramServerOptions = {},
  ): Promise<{ events: ConversationEvent[]; seen: readonly LoopbackEvent[] }> => {
    server = await deepgramServer({ script, ...options });
    vi.stubEnv('DEEPGRAM_BASE_URL', server.url);
    const voice = setup({
      stt: { engine: 'deepgram', ...stt },
      llm: answers,
      tts: { engine: 'deepgram', sampleRate: 16_000, ...tts },
    });
    const events = await lastValueFrom(
      voice.conversation$(scriptedInput(4_500), { write: () => undefined }).pipe(toArray()),
    );
    await expect.poll(() => [server.connections, server.sockets]).toEqual([0, 0]);
    return { events, seen: server.events };
  };
  const of = (events: readonly ConversationEvent[], ...types: ConversationEvent['type'][]): unknown[] =>
    events
      .filter(({ type }) => types.includes(type))
      .map(event => ('text' in event ? [event.type, event.text] : [event.type]));
  const received = (seen: readonly LoopbackEvent[], endpoint: string): unknown[] =>
    seen.flatMap(event =>
      event.endpoint === endpoint && event.type === 'received' ? [event.message.type] : [],
    );

  it('should hear, answer, fall silent when it is spoken to, and clear what it was about to say', async () => {
    const { events, seen } = await call({});
    expect(of(events, 'user.said', 'bot.interrupted', 'bot.spoke', 'turn.failed')).toEqual([
      ['user.said', 'Hello there.'],
      ['bot.interrupted', expect.stringMatching(/^This is quite/u)],
      ['user.said', 'Stop it.'],
      ['bot.spoke', 'Okay.'],
    ]);
    expect(received(seen, 'aura').filter(type => type === 'Clear').length).toBeLessThanOrEqual(1);
    // One connection each, open before the first turn.
    expect(seen.filter(({ type }) => type === 'opened').map(({ endpoint }) => endpoint)).toEqual([
      'nova',
      'aura',
    ]);
    const connected = events.filter(event => event.type === 'call.connected');
    expect(connected.every(({ reused }) => reused)).toBe(true);
    expect(events.findIndex(({ type }) => type === 'call.ready')).toBeLessThan(events.indexOf(connected[0]!));
  });

  it('should let a Flux voice say what was heard of a reply that was cut', async () => {
    const { events, seen } = await call({ model: 'flux-alexis-en' }, { model: 'flux-general-en' });
    const [heard] = events.filter(event => event.type === 'user.heard');
    expect(heard).toMatchObject({ turn: 1, heard: expect.stringMatching(/^This is/u) as string });
    expect(received(seen, 'fluxTts')).toContain('Interrupt');
    expect(of(events, 'bot.spoke')).toEqual([['bot.spoke', 'Okay.']]);
  });

  it('should go on when both connections are cut in the middle', async () => {
    let struck = false;
    server = await deepgramServer({ script: connection => (connection === 1 ? script : []) });
    vi.stubEnv('DEEPGRAM_BASE_URL', server.url);
    const voice = setup({
      stt: { engine: 'deepgram' },
      llm: scriptedLlm('I am still here.'),
      tts: { engine: 'deepgram', sampleRate: 16_000 },
    });
    const events = await lastValueFrom(
      voice.conversation$(scriptedInput(2_000), { write: () => undefined }).pipe(
        tap(({ type }) => {
          if (type !== 'bot.audio' || struck) return;
          struck = true;
          server.strike('cut');
        }),
        toArray(),
      ),
    );
    expect(struck).toBe(true);
    expect(of(events, 'user.said', 'bot.spoke', 'turn.failed')).toEqual([
      ['user.said', 'Hello there.'],
      ['bot.spoke', 'I am still here.'],
    ]);
    expect(of(events, 'call.warning').length).toBeGreaterThanOrEqual(2);
  });

  it('should have a Flux voice say the next reply alone when one is cut before its first audio', async () => {
    server = await deepgramServer({
      script: [
        { from: 200, to: 600, text: 'Hello there.' },
        { from: 1_100, to: 1_700, text: 'Stop it.' },
      ],
      latencies: { ttsMs: 1_500, ttsSpeed: 20 },
      msPerCharacter: 20,
    });
    let written = 0;
    const voice = setup({
      stt: { engine: 'deepgram', apiKey: 'any', baseURL: server.url },
      llm: scriptedLlm(messages =>
        /Stop/u.test(messages.at(-1)!.content) ? 'Okay.' : 'This is quite a long answer to you.',
      ),
      tts: {
        engine: 'deepgram',
        apiKey: 'any',
        baseURL: server.url,
        model: 'flux-alexis-en',
        sampleRate: 16_000,
      },
    });
    const events = await lastValueFrom(
      voice
        .conversation$(scriptedInput(4_500), { write: chunk => void (written += chunk.byteLength) })
        .pipe(toArray()),
    );
    const spoken = events.filter(({ type }) => type === 'bot.spoke');
    expect(of(events, 'bot.speaking', 'bot.spoke', 'turn.failed')).toEqual([
      ['bot.speaking', 'Okay.'],
      ['bot.spoke', 'Okay.'],
    ]);
    expect(spoken).toMatchObject([{ audioMs: 100 }]); // nothing of the reply before
    expect(written).toBe(100 * 32);
    expect(
      server.events.filter(({ type, endpoint }) => type === 'opened' && endpoint === 'fluxTts'),
    ).toHaveLength(2);
  });

  it.each<[string, object, DeepgramServerOptions]>([
    ['Nova', {}, {}],
    ['Flux', { model: 'flux-general-en' }, { forceEndTurn: true }],
    ['Flux of a project without ForceEndTurn', { model: 'flux-general-en' }, {}],
  ])('should end the turn when the program says so: %s', async (_, stt, options) => {
    server = await deepgramServer({
      script: [{ from: 200, to: 9_000, text: 'One two three four five six seven eight nine ten.' }],
      ...options,
    });
    const commands$ = new Subject<Command>();
    const voice = setup({
      stt: { engine: 'deepgram', apiKey: 'any', baseURL: server.url, ...stt },
      llm: scriptedLlm('All right.'),
      tts: scriptedTts(),
      commands$,
    });
    const said = await firstValueFrom(
      voice.conversation$(scriptedInput(12_000), { write: () => undefined }).pipe(
        tap(event => {
          if (event.type === 'user.interim' && /three/u.test(event.text)) commands$.next({ type: 'endTurn' });
        }),
        ofType('user.said'),
      ),
    );
    expect(said.text).toMatch(/^One two three\b/u);
    expect(said.text).not.toMatch(/ten/u);
    await expect.poll(() => server.sockets).toBe(0);
  });

  it('should not begin a call with a key that is refused', async () => {
    server = await deepgramServer({ key: 'another' });
    vi.stubEnv('DEEPGRAM_BASE_URL', server.url);
    const voice = setup({ stt: { engine: 'deepgram' }, llm: answers, tts: { engine: 'deepgram' } });
    await expect(
      lastValueFrom(voice.conversation$(scriptedInput(1_000), { write: () => undefined })),
    ).rejects.toThrow(/does not accept the API key: check apiKey, or .* DEEPGRAM_API_KEY/u);
  });
});
