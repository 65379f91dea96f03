import { EMPTY, of } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { RxvoiceError } from '../../lib/errors.ts';
import { tool } from '../../lib/llm/tool.ts';
import { setup } from '../../lib/setup/setup.ts';
import {
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
  virtualTime,
} from '../../lib/testing/index.ts';

const problemsOf = (config: unknown): string => {
  try {
    setup(config as Parameters<typeof setup>[0]);
  } catch (error) {
    if (RxvoiceError.is(error)) return error.message;
    throw error;
  }
  return '';
};

const own = { stt: () => EMPTY, llm: () => EMPTY, tts: () => EMPTY };

describe('setup', () => {
  beforeEach(() => {
    vi.stubEnv('OPENAI_API_KEY', undefined);
    vi.stubEnv('OPENAI_BASE_URL', undefined);
    vi.stubEnv('DEEPGRAM_API_KEY', undefined);
    vi.stubEnv('DEEPGRAM_BASE_URL', undefined);
  });
  afterEach(() => vi.unstubAllEnvs());

  it('should list every problem at once: path, expected, received and fix', () => {
    expect(
      problemsOf({
        stt: { engine: 'wisper' },
        llm: { engine: 'openai', temperature: 7, baseURL: 'localhost' },
        tts: { engine: 'local', speed: 'fast', pitch: 2 },
        turns: { maxMs: -1 },
      }),
    ).toBe(
      [
        "rxvoice can't be set up: 7 problems.",
        `  - turns.maxMs: expected at least 1, received -1. Pass a number in that range.`,
        `  - stt.engine: expected the name of an engine, received "wisper". Pass 'local', 'deepgram' or 'openai', or an Stt of your own instead of the object.`,
        `  - llm.baseURL: expected an http(s) address, received "localhost". Pass an address such as http://127.0.0.1:11434/v1.`,
        `  - llm.temperature: expected at most 2, received 7. Pass a number in that range.`,
        `  - llm.model: expected the id of one of the server's models, received nothing. Pass llm.model: a server of your own has models of its own.`,
        `  - tts.speed: expected a number, received "fast". Pass a number.`,
        `  - tts.pitch: there is no such option. Leave it out, or check its spelling.`,
      ].join('\n'),
    );
  });

  it('should refuse an address with more than a path, and not show its password', () => {
    const refused = (baseURL: string): string =>
      problemsOf({ ...own, llm: { engine: 'openai', model: 'm', baseURL } });
    for (const address of ['http://me:cret@host/v1', 'http://host/v1?a=1', 'http://host/v1#f'])
      expect(refused(address)).toMatch(
        /1 problem\.\n.*llm\.baseURL: expected an address without a user name/u,
      );
    expect(refused('http://me:cret@host/v1')).toMatch(/received "http:\/\/…@host\/v1"/u);
    expect(refused('ftp://me:cret@host')).toMatch(/1 problem\.\n.*received "ftp:\/\/…@host"/u);
    expect(refused('http://host/v1')).toBe('');
  });

  it('should distinguish an option of another engine from a misspelt one', () => {
    expect(problemsOf({ ...own, stt: { engine: 'local', language: 'de', langauge: 'de' } })).toBe(
      [
        "rxvoice can't be set up: 2 problems.",
        '  - stt.language: the local engine hears English only. Leave it out, or choose the engine deepgram or openai for another language.',
        '  - stt.langauge: there is no such option. Leave it out, or check its spelling.',
      ].join('\n'),
    );
    expect(problemsOf({ ...own, tts: { engine: 'local', model: 'x', instructions: 'x' } })).toMatch(
      /tts\.model: the engine local has no such option.*choose the engine deepgram or openai, .*\n.*tts\.instructions: .*choose the engine openai, /u,
    );
  });

  it('should name alternatives and lists in words', () => {
    const message = problemsOf({
      ...own,
      turns: { maxMs: 'x', finalMs: 'x' },
      tools: 'x',
      history: [{ role: 'user', content: [] }],
    });
    expect(message).toContain('turns.maxMs: expected a number or Infinity, received "x".');
    expect(message).toContain('tools: expected a list, received "x".');
    expect(message).toContain('history.0.content: expected a text, received an empty list.');
    expect(message).not.toContain('Invalid');
  });

  it('should refuse times that no timer can wait, and say how to have never', () => {
    const days = 24 * 3_600_000;
    const config = {
      ...own,
      turns: { maxMs: 30 * days },
      idle: { afterMs: 30 * days },
      maxCall: { ms: 1e10 },
    };
    expect(problemsOf(config)).toBe(
      [
        "rxvoice can't be set up: 3 problems.",
        '  - turns.maxMs: expected at most 2147483647, received 2592000000. Timers reach no further than 24 days. Pass Infinity for turns that are never cut.',
        '  - idle.afterMs: expected at most 2147483647, received 2592000000. Timers reach no further than 24 days. Leave idle out for a bot that never prompts.',
        '  - maxCall.ms: expected at most 2147483647, received 10000000000. Timers reach no further than 24 days. Leave maxCall out for a call without a limit.',
      ].join('\n'),
    );
    expect(problemsOf({ ...own, bargeIn: { resumeMs: 2 ** 31 } })).toMatch(
      /resumeMs: .*24 days\. Pass a number/u,
    );
    expect(
      problemsOf({
        ...own,
        turns: { maxMs: Infinity, maxWords: Infinity, finalMs: Infinity },
        speculation: { stableMs: Infinity },
        idle: { afterMs: 24 * days },
        maxCall: { ms: 2_147_483_647 },
      }),
    ).toBe('');
  });

  it('should check how answers are cut into sentences', () => {
    expect(
      problemsOf({ ...own, sentences: { maxChar: 9, maxChars: 0, firstMinChars: 'few', maxWaitMs: 1e10 } }),
    ).toBe(
      [
        "rxvoice can't be set up: 4 problems.",
        '  - sentences.firstMinChars: expected a whole number, or false, received "few". Pass a whole number, or false.',
        '  - sentences.maxChars: expected at least 1, received 0. Pass a number in that range.',
        '  - sentences.maxWaitMs: expected at most 2147483647, received 10000000000. Timers reach no further than 24 days. Pass false to wait without a limit.',
        '  - sentences.maxChar: there is no such option. Leave it out, or check its spelling.',
      ].join('\n'),
    );
    const sentences = { firstMinChars: false, maxChars: 120, firstAtMark: false, maxWaitMs: false };
    expect(problemsOf({ ...own, sentences })).toBe('');
  });

  it('should take an option that is undefined as left out, however deep', () => {
    const left = {
      greeting: undefined,
      turns: { maxMs: undefined, watchdogMs: undefined },
      bargeIn: { thinking: { minWords: undefined } },
      commands$: undefined,
      sentences: { maxChars: undefined, firstAtMark: undefined },
      speech: undefined,
    };
    const config = {
      stt: scriptedStt([{ from: 100, to: 600, text: 'Hello.' }]),
      llm: scriptedLlm('One. Two.'),
      tts: scriptedTts(),
    };
    const events = (more: object): unknown =>
      virtualTime(() =>
        setup({ ...config, ...more }).conversation$(scriptedInput(2_000), { write: () => undefined }),
      ).values;
    expect(events(left)).toEqual(events({}));
    expect(problemsOf({ ...own, stt: { engine: 'local', model: undefined, nodel: undefined } })).toBe('');
    expect(problemsOf({ ...own, llm: undefined })).toMatch(/llm: expected .*received nothing/u);
  });

  it('should say what is missing', () => {
    expect(problemsOf({})).toMatch(/stt: expected .*received nothing.*\n.*llm: .*\n.*tts: /u);
    expect(problemsOf(undefined)).toMatch(/can't be set up/u);
    for (const [config, received] of [
      [null, 'null'],
      [7, '7'],
      ['local', '"local"'],
    ])
      expect(problemsOf(config)).toContain(`the configuration: expected an object, received ${received}.`);
    expect(problemsOf({ ...own, llm: { engine: 'openai' } })).toMatch(/llm\.apiKey: .*Set OPENAI_API_KEY/u);
    expect(problemsOf({ ...own, llm: { engine: 'openai', baseURL: 'http://127.0.0.1:1/v1' } })).toMatch(
      /llm\.model: /u,
    );
  });

  it('should say what Deepgram misses', () => {
    expect(
      problemsOf({ ...own, stt: { engine: 'deepgram' }, tts: { engine: 'deepgram', transport: 'http' } }),
    ).toMatch(/stt\.apiKey: .*Set DEEPGRAM_API_KEY.*\n.*tts\.transport: expected "websocket" or "rest"/u);
    vi.stubEnv('DEEPGRAM_API_KEY', 'test');
    const { stt, tts } = setup({
      ...own,
      stt: { engine: 'deepgram', model: 'flux-general-en' },
      tts: { engine: 'deepgram', voice: 'orion' },
    });
    expect([stt.session, tts.session]).toEqual([expect.any(Function), expect.any(Function)]);
  });

  it('should say what the voice of OpenAI misses, with the key of OpenAI', () => {
    expect(problemsOf({ ...own, tts: { engine: 'openai' } })).toMatch(/tts\.apiKey: .*Set OPENAI_API_KEY/u);
    expect(problemsOf({ ...own, tts: { engine: 'openai', baseURL: 'http://127.0.0.1:1/v1' } })).toMatch(
      /tts\.model: .*the id of one of the server's models/u,
    );
    const { tts } = setup({ ...own, tts: { engine: 'openai', apiKey: 'test', voice: 'marin' } });
    expect(tts.session).toEqual(expect.any(Function));
  });

  it.each<[string, object, RegExp]>([
    [
      'a voice of the speech endpoint',
      { voice: 'onyx' },
      /tts\.voice: expected a voice of the Realtime API/u,
    ],
    [
      'a speed that only the speech endpoint has',
      { speed: 2 },
      /tts\.speed: expected a number from 0\.25 to 1\.5/u,
    ],
    ['a format', { responseFormat: 'wav' }, /tts\.responseFormat: expected none, or api: 'speech'/u],
    ['a sample rate', { sampleRate: 8_000 }, /tts\.sampleRate: .*24000 Hz/u],
    ['a fetch', { fetch: () => undefined }, /tts\.fetch: .*WebSocket/u],
    ['an API that there is not', { api: 'chat' }, /tts\.api/u],
  ])('should refuse %s of OpenAI by name', (_, options, problem) => {
    expect(problemsOf({ ...own, tts: { engine: 'openai', apiKey: 'k', ...options } })).toMatch(problem);
    const speech = { engine: 'openai', apiKey: 'k', ...options, api: 'speech' } as const;
    expect(problemsOf({ ...own, tts: speech })).toBe('');
  });

  it('should ask other servers at the speech endpoint, with its options', () => {
    const kokoro = {
      engine: 'openai',
      baseURL: 'http://127.0.0.1:1/v1',
      model: 'kokoro',
      voice: 'nova',
      speed: 3,
    } as const;
    expect(problemsOf({ ...own, tts: kokoro })).toBe('');
    expect(problemsOf({ ...own, tts: { ...kokoro, api: 'realtime' } })).toMatch(
      /tts\.voice: .*\n.*tts\.speed/u,
    );
  });

  it.each<[string, object, RegExp]>([
    ['no key', { apiKey: undefined }, /stt\.apiKey: .*Set OPENAI_API_KEY/u],
    ['no model of another server', { baseURL: 'http://127.0.0.1:1/v1' }, /stt\.model: .*Pass stt\.model/u],
    [
      'turns by the service of a model that streams',
      { model: 'gpt-live-transcribe', turnDetection: 'server' },
      /stt\.turnDetection: expected 'local' with gpt-live-transcribe/u,
    ],
    ['an eagerness without a meaning', { eagerness: 'high' }, /stt\.eagerness: .*turnDetection: 'semantic'/u],
    ['a threshold of loudness', { threshold: 0.5 }, /stt\.threshold: .*turnDetection: 'server'/u],
    [
      'a silence of meaning',
      { turnDetection: 'semantic', endpointingMs: 500 },
      /stt\.endpointingMs: .*eagerness instead/u,
    ],
    ['a delay of a model that reports turns', { model: 'gpt-transcribe', delay: 'low' }, /stt\.delay/u],
    ['a list of words of an old model', { model: 'whisper-1', keyterms: ['rxvoice'] }, /stt\.keyterms/u],
  ])('should refuse %s of transcription', (_, options, problem) => {
    expect(problemsOf({ ...own, stt: { engine: 'openai', apiKey: 'k', ...options } })).toMatch(problem);
  });

  it('should take tools, each with a name of its own, and a history with their results', () => {
    const clock = tool({ name: 'clock', description: '', parameters: z.object({}), run: () => 'noon' });
    expect(problemsOf({ ...own, tools: [clock, clock] })).toMatch(
      /tools: expected tools with different names/u,
    );
    const history = [
      { role: 'user', content: 'What time is it?' },
      { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'clock', arguments: '{}' }] },
      { role: 'tool', content: 'noon', toolCallId: '1' },
    ];
    expect(problemsOf({ ...own, tools: [clock], history, apology: 'Sorry.' })).toBe('');
  });

  it('should never show a key', () => {
    const message = problemsOf({ ...own, llm: { engine: 'openai', apiKey: ['sk-secret'] } });
    expect(message).toMatch(/llm\.apiKey: expected a text/u);
    expect(message).not.toMatch(/secret/u);
  });

  it('should take a key from the environment', () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-test');
    expect(problemsOf({ ...own, llm: { engine: 'openai' } })).toBe('');
  });

  it('should load and connect nothing by itself', () => {
    expect(
      problemsOf({ stt: { engine: 'local' }, llm: { engine: 'builtin' }, tts: { engine: 'local' } }),
    ).toBe('');
  });

  it('should let several voices live side by side', () => {
    const voice = (answer: string) =>
      setup({
        stt: scriptedStt([{ from: 100, to: 600, text: 'Hello.' }]),
        llm: scriptedLlm(answer),
        tts: scriptedTts(),
        systemPrompt: answer,
      });
    const [ada, bob] = [voice('I am Ada.'), voice('I am Bob.')];
    const said = (bot: typeof ada): unknown[] =>
      virtualTime(() => bot.conversation$(scriptedInput(3_000), { write: () => undefined })).values.flatMap(
        ({ value }) => (value.type === 'bot.spoke' ? [value.text] : []),
      );
    expect([said(ada), said(bob), said(ada)]).toEqual([['I am Ada.'], ['I am Bob.'], ['I am Ada.']]);
  });
});

describe('the checks of Deepgram and OpenAI', () => {
  beforeEach(() => {
    for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'DEEPGRAM_API_KEY', 'DEEPGRAM_BASE_URL'])
      vi.stubEnv(name, undefined);
    vi.stubEnv('DEEPGRAM_ACCESS_TOKEN', undefined);
  });
  afterEach(() => vi.unstubAllEnvs());
  const key = { engine: 'deepgram', apiKey: 'any' } as const;
  const stt = (options: object) => problemsOf({ ...own, stt: { ...key, ...options } });
  const tts = (options: object) => problemsOf({ ...own, tts: { ...key, ...options } });
  const llm = (options: object) =>
    problemsOf({ ...own, llm: { engine: 'openai', apiKey: 'k', model: 'any', ...options } });

  it.each<[string, string, RegExp]>([
    [
      '44,100 Hz of Aura',
      tts({ sampleRate: 44_100 }),
      /tts\.sampleRate: expected 8000, .* or 48000 for aura-2-thalia-en, received 44100/u,
    ],
    [
      '22,050 Hz of Flux',
      tts({ voice: 'alexis', sampleRate: 22_050 }),
      /tts\.sampleRate: .*44100 or 48000 for flux-alexis-en/u,
    ],
    ['Aura at half speed', tts({ speed: 0.5 }), /tts\.speed: expected a number from 0\.7 to 1\.5/u],
    ['Aura at twice the speed', tts({ speed: 2 }), /tts\.speed/u],
    ['a Flux voice at an odd speed', tts({ voice: 'haley', speed: 1.12 }), /tts\.speed: .*steps of 0\.05/u],
    ['expressivity of Aura', tts({ expressivity: 1 }), /tts\.expressivity: expected a Flux voice/u],
    [
      'too much expressivity',
      tts({ voice: 'alexis', expressivity: 3 }),
      /tts\.expressivity: expected -2, -1, 0, 1 or 2/u,
    ],
    [
      'a voice that does not exist',
      tts({ voice: 'talia' }),
      /tts\.voice: expected a voice of Deepgram, such as 'thalia', received "talia"/u,
    ],
    [
      'an eager end above the end',
      stt({ model: 'flux-general-en', eagerEotThreshold: 0.8, eotThreshold: 0.7 }),
      /stt\.eagerEotThreshold: expected at most eotThreshold, 0\.7/u,
    ],
    [
      'an eager end above the end of the service',
      stt({ model: 'flux-general-en', eagerEotThreshold: 0.75 }),
      /at most eotThreshold, 0\.7/u,
    ],
    [
      'keyterms of Nova 2',
      stt({ model: 'nova-2-meeting', keyterms: ['rxvoice'] }),
      /stt\.keyterms: .*nova-3 and Flux/u,
    ],
    ['changes of Nova', stt({ configure$: of({}) }), /stt\.configure\$: .*flux-general-en/u],
    [
      'hints of one language',
      stt({ model: 'flux-general-en', languageHints: ['es'] }),
      /flux-general-multi/u,
    ],
    [
      'no key for a region',
      problemsOf({ ...own, stt: { engine: 'deepgram', baseURL: 'https://api.eu.deepgram.com' } }),
      /stt\.apiKey: expected an API key/u,
    ],
    [
      'no key for a region of OpenAI',
      problemsOf({ ...own, llm: { engine: 'openai', baseURL: 'https://eu.api.openai.com/v1' } }),
      /llm\.apiKey: expected an API key/u,
    ],
    [
      'no model for a host like OpenAI',
      problemsOf({ ...own, llm: { engine: 'openai', baseURL: 'https://api.openai.com.example.org/v1' } }),
      /llm\.model/u,
    ],
    ['an API that there is none of', llm({ api: 'assistants' }), /llm\.api: expected "responses" or "chat"/u],
    [
      'a transport of another engine',
      llm({ transport: 'rest' }),
      /llm\.transport: expected "websocket" or "http"/u,
    ],
    [
      'a WebSocket for chat completions',
      llm({ api: 'chat', transport: 'websocket' }),
      /llm\.transport: expected 'http', or api: 'responses'/u,
    ],
    [
      '… and for a server that is asked by them unless told otherwise',
      llm({ baseURL: 'http://127.0.0.1:1/v1', transport: 'websocket' }),
      /llm\.transport: expected 'http', or api: 'responses'/u,
    ],
  ])('should refuse %s', (_, problems, expected) => {
    expect(problems).toMatch(expected);
  });

  it.each<[string, string]>([
    ['a WebSocket at OpenAI', llm({ transport: 'websocket' })],
    ['… and at Azure', llm({ baseURL: 'https://x.openai.azure.com/openai/v1', transport: 'websocket' })],
    [
      'a WebSocket for responses of another server',
      llm({ baseURL: 'http://127.0.0.1:1/v1', api: 'responses', transport: 'websocket' }),
    ],
    ['44,100 Hz of a Flux voice', tts({ voice: 'alexis', sampleRate: 44_100 })],
    ['a Flux voice at half speed', tts({ model: 'flux-alexis-en', speed: 0.55, expressivity: -2 })],
    ['a model that nobody knows', tts({ model: 'aura-3-nobody-en', speed: 1.1 })],
    ['a voice by a full name', tts({ voice: 'aura-2-nobody-fr' })],
    [
      'voices of other languages',
      tts({ voice: 'Viktoria' }) + tts({ voice: 'izanami' }) + tts({ voice: 'agathe' }),
    ],
    [
      'keyterms of Nova 3 and Flux',
      stt({ keyterms: ['a'] }) +
        stt({ model: 'flux-general-multi', keyterms: ['a'], languageHints: ['en', 'es'] }),
    ],
    ['keyterms of a model that nobody knows', stt({ model: 'nova-4', keyterms: ['a'] })],
    [
      'changes and a longest turn of Flux',
      stt({ model: 'flux-general-en', configure$: of({}), maxMs: 9_000 }),
    ],
    ['frozen lists', stt({ keyterms: Object.freeze(['a']) })],
    ['an outage', stt({ outageMs: 5_000 }) + tts({ outageMs: 0, charactersPerMinute: 1_000 })],
    [
      'a token',
      problemsOf({
        ...own,
        stt: { engine: 'deepgram', accessToken: 'x' },
        tts: { engine: 'deepgram', accessToken: () => 'x' },
      }),
    ],
    [
      'a company by that name',
      problemsOf({ ...own, stt: { engine: 'deepgram', baseURL: 'https://deepgram.company.net' } }),
    ],
    ['another one', problemsOf({ ...own, stt: { engine: 'deepgram', baseURL: 'wss://notdeepgram.com' } })],
    [
      'a region of OpenAI',
      problemsOf({ ...own, llm: { engine: 'openai', apiKey: 'k', baseURL: 'https://eu.api.openai.com/v1' } }),
    ],
  ])('should take %s', (_, problems) => {
    expect(problems).toBe('');
  });
});
