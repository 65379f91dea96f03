import { catchError, lastValueFrom, of, tap, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RxvoiceError } from '../../lib/errors.ts';
import type { ConversationEvent } from '../../lib/index.ts';
import { setup } from '../../lib/setup/setup.ts';
import type { VoiceConfig } from '../../lib/setup/schema.ts';
import {
  deepgramServer,
  openaiServer,
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
} from '../../lib/testing/index.ts';

const apiKey = 'any';
const lastWords = 'I cannot hear you any more. Goodbye.';
const apology = 'Sorry, say that again.';
const questions = [
  { from: 300, to: 700, text: 'Hello there.' },
  { from: 2_600, to: 3_000, text: 'Are you open?' },
  { from: 8_600, to: 9_000, text: 'And tomorrow?' },
];

type Failed = { readonly type: 'failed'; readonly error: unknown };

/** A call, its events, and how much audio its user heard of each reply, ms. */
async function called(config: VoiceConfig, ms: number, on: (event: ConversationEvent) => void) {
  let audioMs = 0;
  const heard: [text: string, ms: number][] = [];
  const events = await lastValueFrom(
    setup(config)
      .conversation$(scriptedInput(ms), { write: chunk => void (audioMs += chunk.byteLength / 32) })
      .pipe(
        tap(event => {
          if (event.type === 'bot.spoke') heard.push([event.text, audioMs]);
          if (event.type === 'bot.spoke' || event.type === 'turn.failed') audioMs = 0;
          on(event);
        }),
        catchError((error: unknown) => of<Failed>({ type: 'failed', error })),
        toArray(),
      ),
  );
  const outcomes = events.flatMap(event =>
    event.type === 'turn.failed'
      ? [`${event.turn} failed: ${event.stage}`]
      : event.type === 'bot.spoke' || event.type === 'user.said'
        ? [event.text]
        : event.type === 'failed'
          ? ['the call failed']
          : [],
  );
  const failed = events.find((event): event is Failed => event.type === 'failed');
  return { outcomes, heard, error: failed?.error, events };
}

/** An engine on a server that can be taken down. */
interface Started {
  readonly engines: Partial<VoiceConfig>;
  readonly down: () => unknown;
  readonly up: () => unknown;
  readonly stage: string;
  readonly close: () => Promise<unknown>;
}

describe.concurrent('an outage that is longer than its budget', { timeout: 30_000 }, () => {
  it.each(['nova-3', 'flux-general-en'])(
    'should end a call in words where the user can not be heard any more: %s',
    async model => {
      const server = await deepgramServer({ script: questions.slice(0, 1) });
      const { outcomes, heard, error } = await called(
        {
          stt: { engine: 'deepgram', apiKey, baseURL: server.url, model, outageMs: 1_500 },
          llm: scriptedLlm('Hello to you.'),
          tts: scriptedTts({ msPerCharacter: 20 }),
          lastWords,
        },
        60_000,
        ({ type }) => {
          if (type !== 'user.said') return;
          void server.set({ faults: [{ fault: 'refused' }] });
          server.strike('cut');
        },
      );
      expect(outcomes).toEqual(['Hello there.', 'Hello to you.', lastWords, 'the call failed']);
      // The user heard the last words whole: 20 ms of audio a character.
      expect(heard.at(-1)).toEqual([lastWords, lastWords.length * 20]);
      expect(error).toBeInstanceOf(RxvoiceError);
      expect(error).toMatchObject({ stage: 'stt', retryable: true });
      expect(String(error)).toMatch(/attempts in a row, over 1\.\d s/u);
      await expect.poll(() => [server.connections, server.sockets]).toEqual([0, 0]);
      await server.close();
    },
  );

  const others: readonly (readonly [name: string, start: () => Promise<Started>])[] = [
    [
      'the model',
      async () => {
        const server = await openaiServer({ reply: 'Yes, we are.' });
        const baseURL = `${server.url}/v1`;
        return {
          engines: { llm: { engine: 'openai', apiKey, baseURL, model: 'any', retryForMs: 600 } },
          down: () => server.set({ faults: [{ fault: 'refused' }] }),
          up: () => server.set({ faults: [] }),
          stage: 'llm',
          close: () => server.close(),
        };
      },
    ],
    ...(
      [
        ['Aura', {}],
        ['Aura by requests', { transport: 'rest' }],
        ['a Flux voice', { model: 'flux-alexis-en' }],
      ] as const
    ).map(
      ([name, options]) =>
        [
          name,
          async () => {
            const server = await deepgramServer({
              latencies: { ttsMs: 20, ttsSpeed: 20 },
              msPerCharacter: 20,
            });
            const tts = {
              engine: 'deepgram',
              apiKey,
              baseURL: server.url,
              sampleRate: 16_000,
              outageMs: 900,
              ...options,
            };
            return {
              engines: { tts: tts as VoiceConfig['tts'] },
              down: () => {
                server.strike('cut');
                return server.set({ faults: [{ fault: 'refused' }] });
              },
              up: () => server.set({ faults: [] }),
              stage: 'tts',
              close: () => server.close(),
            };
          },
        ] as const,
    ),
  ];

  it.each(others)('should be apologised for, and the call go on: %s', async (_, start) => {
    const { engines, down, up, stage, close } = await start();
    const { outcomes, heard, error } = await called(
      {
        stt: scriptedStt(questions),
        llm: scriptedLlm('Yes, we are.'),
        tts: scriptedTts({ msPerCharacter: 20 }),
        apology,
        ...engines,
      },
      11_000,
      event => {
        if (event.type === 'bot.spoke' && event.turn === 1) void down();
        if (event.type === 'turn.failed') void up();
      },
    );
    expect(error).toBeUndefined();
    expect(outcomes).toEqual([
      'Hello there.',
      'Yes, we are.',
      'Are you open?',
      `2 failed: ${stage}`,
      apology,
      'And tomorrow?',
      'Yes, we are.',
    ]);
    const [, [, apologyMs] = ['', 0]] = heard;
    expect(apologyMs).toBeGreaterThan(apology.length * 15);
    await close();
  });
});
