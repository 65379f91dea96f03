import { inspect } from 'node:util';
import { catchError, lastValueFrom, map, type Observable, tap, toArray } from 'rxjs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type AudioFrame, frameMs } from '../../../lib/audio/frame.ts';
import { type Notice, sessionOf } from '../../../lib/engine.ts';
import { setup } from '../../../lib/index.ts';
import { openaiStt, type OpenaiSttOptions } from '../../../lib/providers/openai/index.ts';
import type { SttEvent } from '../../../lib/stt/stt.ts';
import {
  type Fault,
  type OpenaiServer,
  openaiServer,
  type OpenaiServerOptions,
  scriptedInput,
  scriptedLlm,
  scriptedTts,
} from '../../../lib/testing/index.ts';

const apiKey = 'sk-proj-0123456789abcdef';
const sentence = 'Hello there my good friend.';
const script = [{ from: 300, to: 1_300, text: sentence }];

/** A caller who speaks at these times, ms, in real time. */
const caller = (
  lasts: number,
  ...spoken: readonly (readonly [from: number, to: number])[]
): Observable<AudioFrame> => {
  let atMs = 0;
  return scriptedInput(lasts).pipe(
    tap(frame => (atMs += frameMs(frame))),
    map(({ pcm, sampleRate }) => {
      const isVoice = spoken.some(([from, to]) => atMs > from && atMs <= to);
      return isVoice
        ? { pcm: pcm.map((_, index) => 8_000 * Math.sin(index / 5)), sampleRate }
        : { pcm, sampleRate };
    }),
  );
};

interface Heard {
  readonly events: readonly SttEvent[];
  readonly notices: readonly Notice[];
  readonly error: unknown;
  readonly server: OpenaiServer;
}
const servers = new Set<OpenaiServer>();
afterAll(async () => {
  await Promise.all([...servers].map(server => server.close()));
  servers.clear();
});

/** A sentence from 300 ms to 1.3 s of the call, as OpenAI hears it. */
const hear = async (
  options: OpenaiSttOptions = {},
  serverOptions: OpenaiServerOptions = {},
  audio$ = caller(2_500, [300, 1_300]),
): Promise<Heard> => {
  const server = await openaiServer(serverOptions.lines ? serverOptions : { script, ...serverOptions });
  servers.add(server);
  const stt = openaiStt({ apiKey, baseURL: server.baseURL, model: 'gpt-live-transcribe', ...options });
  const notices: Notice[] = [];
  let error: unknown;
  stt.notice$!.subscribe(notice => notices.push(notice));
  const events = await lastValueFrom(
    audio$.pipe(
      stt,
      catchError((cause: unknown) => {
        error = cause;
        return [];
      }),
      toArray(),
    ),
  );
  return { events, notices, error, server };
};
const finals = ({ events }: Heard) => events.flatMap(event => (event.type === 'final' ? [event.text] : []));
const count = ({ events }: Heard, type: SttEvent['type']) =>
  events.filter(event => event.type === type).length;
const opened = ({ server }: Heard) => server.events.filter(({ type }) => type === 'opened').length;
const commits = ({ server }: Heard) =>
  server.events.filter(
    event => event.type === 'received' && event.message.type === 'input_audio_buffer.commit',
  ).length;
const sessions = ({ server }: Heard) =>
  server.events.flatMap(event =>
    event.type === 'received' && event.message.type === 'session.update' ? [event.message['session']] : [],
  );

const bys = [
  ['the client', { turnDetection: 'local' }],
  ['silence', { model: 'gpt-transcribe', turnDetection: 'server' }],
  ['meaning', { model: 'gpt-transcribe', turnDetection: 'semantic', eagerness: 'high' }],
] as const satisfies readonly (readonly [string, OpenaiSttOptions])[];

describe.concurrent.each(bys)('openaiStt, turns by %s', (_, options) => {
  it('should hear a sentence, where it was said', async () => {
    // By the audio itself: a script counts the silence that a slow machine sends first.
    const heard = await hear(options, { lines: [sentence] });
    expect([heard.error, finals(heard)]).toEqual([undefined, [sentence]]);
    const [start] = heard.events;
    expect(start?.type).toBe('speechStart');
    expect(Math.abs((start as { at: number }).at - 300)).toBeLessThan(130);
    const end = heard.events.at(-1) as { type: string; end: number };
    expect(end.type).toBe('utteranceEnd');
    expect(Math.abs(end.end - 1_300)).toBeLessThan(50);
    await vi.waitFor(() => expect(heard.server.connections).toBe(0));
  });
});

describe.concurrent.each(bys.slice(0, 2))('openaiStt on a bad day, turns by %s', (_, options) => {
  it.concurrent.each(['cut', 'end', 'error-frame', 'session-expired', 'bad-frame', 'half-open'] as const)(
    'should lose no word when the connection is lost in the middle of one: %s',
    async fault => {
      const heard = await hear(
        { ...options, timeoutMs: fault === 'half-open' ? 600 : 5_000 },
        { faults: [{ fault, nth: 1, afterMs: 900 }] },
      );
      expect([heard.error, finals(heard)]).toEqual([undefined, [sentence]]);
      expect([count(heard, 'speechStart'), count(heard, 'utteranceEnd')]).toEqual([1, 1]);
      expect(opened(heard)).toBe(2);
    },
  );

  it.concurrent.each(['500', '429-retry-after', '503-html', 'no-answer', 'mute'] as const)(
    'should try again when the first connection fails, and hear all of it: %s',
    async fault => {
      const heard = await hear(
        { ...options, timeoutMs: 600 },
        { faults: [{ fault, nth: 1, retryAfter: 0.1 }] },
      );
      expect([heard.error, finals(heard)]).toEqual([undefined, [sentence]]);
    },
  );
});

describe.concurrent('openaiStt', () => {
  it('should report words while they are spoken', async () => {
    const heard = await hear();
    const interims = heard.events.flatMap(event => (event.type === 'interim' ? [event.text] : []));
    expect(interims[0]).toBe('Hello');
    expect(interims).toContain('Hello there my');
  });

  it('should notice a service that is there but deaf, and lose no word', async () => {
    const heard = await hear({ timeoutMs: 700 }, { faults: [{ fault: 'stall', nth: 1, afterMs: 700 }] });
    expect([heard.error, finals(heard)]).toEqual([undefined, [sentence]]);
    expect(heard.notices.filter(({ type }) => type === 'warning')).toHaveLength(1);
  });

  it('should hear a sentence whole that is longer than the service may be silent', async () => {
    const long = [{ from: 300, to: 2_800, text: sentence }];
    const heard = await hear(
      { model: 'gpt-transcribe', turnDetection: 'local', timeoutMs: 600 },
      { script: long },
      caller(4_000, [300, 2_800]),
    );
    expect([heard.error, finals(heard)]).toEqual([undefined, [sentence]]);
    expect([commits(heard), opened(heard), heard.notices.filter(({ type }) => type === 'warning')]).toEqual([
      1,
      1,
      [],
    ]);
  });

  it.each([0, 20, 40, 60, 80])(
    'should not divide a voice that begins after a silence without an answer: %i ms later',
    async lateMs => {
      const [from, to] = [2_500 + lateMs, 3_500 + lateMs];
      const heard = await hear(
        { silenceMs: 500 },
        { script: [{ from, to, text: sentence }] },
        caller(4_800, [from, to]),
      );
      expect([heard.error, finals(heard), commits(heard)]).toEqual([undefined, [sentence], 1]);
    },
  );

  it('should leave a pause to a service that ends turns by meaning', async () => {
    const thoughtful = [{ from: 300, to: 1_300, text: sentence, endpointingMs: 3_200 }];
    const heard = await hear(
      { ...bys[2][1], eagerness: 'low' },
      { script: thoughtful },
      caller(5_200, [300, 1_300]),
    );
    expect([heard.error, finals(heard), commits(heard)]).toEqual([undefined, [sentence], 0]);
  });

  it('should end the turn when the program says so', async () => {
    const server = await openaiServer({
      script: [{ from: 300, to: 5_000, text: 'One two three four five six.' }],
    });
    servers.add(server);
    const stt = sessionOf(openaiStt({ apiKey, baseURL: server.baseURL, model: 'gpt-live-transcribe' }));
    let atMs = 0;
    const audio$ = caller(2_500, [300, 5_000]).pipe(
      tap(frame => {
        atMs += frameMs(frame);
        if (atMs === 1_500) stt.endTurn?.();
      }),
    );
    const events = await lastValueFrom(audio$.pipe(stt, toArray()));
    const end = events.findIndex(({ type }) => type === 'utteranceEnd');
    expect(events[end]).toMatchObject({ decided: true });
    expect(events[end - 1]?.type).toBe('final');
  });

  it('should ask for what its options say, and nothing else', async () => {
    const heard = await hear(
      {
        language: 'de-CH',
        keyterms: ['rxvoice'],
        languageHints: ['de', 'fr'],
        prompt: 'A bakery.',
        delay: 'low',
        noiseReduction: 'far_field',
      },
      {},
      caller(100),
    );
    expect(sessions(heard)).toEqual([
      {
        type: 'transcription',
        audio: {
          input: {
            format: { type: 'audio/pcm', rate: 24_000 },
            transcription: {
              model: 'gpt-live-transcribe',
              language: 'de',
              languages: ['de', 'fr'],
              keywords: ['rxvoice'],
              prompt: 'A bakery.',
              delay: 'low',
            },
            turn_detection: null,
            noise_reduction: { type: 'far_field' },
          },
        },
      },
    ]);
    const [server] = sessions(
      await hear({ ...bys[1][1], endpointingMs: 450, threshold: 0.7 }, {}, caller(100)),
    );
    expect(server).toMatchObject({
      audio: {
        input: {
          turn_detection: {
            type: 'server_vad',
            silence_duration_ms: 450,
            prefix_padding_ms: 300,
            threshold: 0.7,
          },
        },
      },
    });
  });

  it.each<[Fault, RegExp]>([
    ['401', /does not accept the API key: check apiKey/u],
    ['403', /no access to the model 'gpt-live-transcribe'/u],
    ['quota', /no credit left/u],
  ])('should ask once only where it is refused for good: %s', async (fault, message) => {
    const heard = await hear({}, { faults: [fault] });
    expect(heard.error).toMatchObject({ stage: 'stt', retryable: false });
    expect(String(heard.error)).toMatch(message);
    expect(inspect(heard.error, { depth: 9 })).not.toContain('0123456789');
    expect(opened(heard)).toBe(1);
  });

  it('should give up when an outage lasts too long', async () => {
    const heard = await hear({ outageMs: 800 }, { faults: ['500'] });
    expect(heard.error).toMatchObject({ stage: 'stt', retryable: true });
    expect(String(heard.error)).toMatch(/attempts in a row/u);
  });

  it('should name a setting that the service refuses', async () => {
    const heard = await hear({ options: { mood: 'good' } });
    expect(heard.error).toMatchObject({ retryable: false });
    expect(String(heard.error)).toMatch(/Unknown parameter: 'session\.audio\.input\.transcription\.mood'/u);
  });

  it.each<[OpenaiSttOptions, RegExp]>([
    [
      { model: 'gpt-live-transcribe', turnDetection: 'server' },
      /turnDetection: expected 'local' with gpt-live-transcribe, or the model 'gpt-transcribe'/u,
    ],
    [{ model: 'gpt-realtime-whisper', turnDetection: 'semantic' }, /turnDetection/u],
    [{ eagerness: 'low' }, /eagerness: expected none, or turnDetection: 'semantic'/u],
    [{ threshold: 0.5 }, /threshold: expected none, or turnDetection: 'server'/u],
    [{ turnDetection: 'semantic', endpointingMs: 300 }, /endpointingMs: expected none: eagerness instead/u],
    [{ turnDetection: 'server', silenceMs: 300 }, /silenceMs: expected none/u],
    [{ turnDetection: 'server', delay: 'low' }, /delay: expected none, or the model 'gpt-live-transcribe'/u],
    [{ model: 'gpt-4o-transcribe', keyterms: ['a'] }, /keyterms: expected none/u],
    [{ model: 'gpt-realtime-whisper', prompt: 'A bakery.' }, /prompt: expected none/u],
  ])('should refuse %j at once', (options, message) => {
    expect(() => openaiStt({ apiKey, ...options })).toThrow(message);
    expect(() =>
      setup({ stt: { engine: 'openai', apiKey, ...options }, llm: scriptedLlm(''), tts: scriptedTts() }),
    ).toThrow(/stt\.\w+: expected/u);
  });

  it('should choose the model that fits the turn detection', () => {
    for (const options of [
      {},
      { turnDetection: 'local' },
      { turnDetection: 'server', threshold: 0.4 },
      { turnDetection: 'semantic', eagerness: 'auto' },
      { model: 'gpt-transcribe' },
    ] as const)
      expect(() =>
        setup({ stt: { engine: 'openai', apiKey, ...options }, llm: scriptedLlm(''), tts: scriptedTts() }),
      ).not.toThrow();
    expect(() => openaiStt({ apiKey, baseURL: 'http://127.0.0.1:1/v1' })).toThrow(/model is missing/u);
  });

  it('should hear a call, whose bot answers', async () => {
    const server = await openaiServer({ script: [{ from: 300, to: 1_000, text: 'What time is it?' }] });
    servers.add(server);
    const voice = setup({
      stt: { engine: 'openai', apiKey, baseURL: server.baseURL, model: 'gpt-live-transcribe' },
      llm: scriptedLlm('It is noon.'),
      tts: scriptedTts(),
    });
    const call$ = voice.conversation$(caller(2_500, [300, 1_000]), { write: () => undefined });
    const events = await lastValueFrom(call$.pipe(toArray()));
    expect(events.flatMap(event => (event.type === 'user.said' ? [event.text] : []))).toEqual([
      'What time is it?',
    ]);
    expect(events.flatMap(event => (event.type === 'bot.spoke' ? [event.text] : []))).toEqual([
      'It is noon.',
    ]);
  });
});
