import { inspect } from 'node:util';
import { firstValueFrom, forkJoin, lastValueFrom, of, toArray } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type AudioFrame, frameMs } from '../../../lib/audio/frame.ts';
import { type Notice, sessionOf } from '../../../lib/engine.ts';
import type { RxvoiceError } from '../../../lib/errors.ts';
import { failover, ofType, remember, setup } from '../../../lib/index.ts';
import type { ConversationEvent } from '../../../lib/index.ts';
import type { Message } from '../../../lib/llm/message.ts';
import { openaiTts, type OpenaiTtsOptions } from '../../../lib/providers/openai/index.ts';
import {
  type FaultRule,
  type OpenaiServer,
  openaiServer,
  type OpenaiServerOptions,
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
} from '../../../lib/testing/index.ts';
import type { Tts } from '../../../lib/tts/tts.ts';

let server: OpenaiServer;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const apiKey = 'sk-proj-0123456789abcdef';
const model = 'gpt-realtime-2.1-mini';
const sentence = 'My card number is four two four two.';
const msOf = (text: string) => Math.ceil((text.length * 20) / 20) * 20;
/** A voice for one call, with all its notices. */
const serve = async (
  options: OpenaiServerOptions = {},
  ttsOptions: OpenaiTtsOptions = {},
): Promise<{ tts: Tts; notices: Notice[] }> => {
  server = await openaiServer({ latencies: { ttsMs: 0, ttsSpeed: 1_000 }, msPerCharacter: 20, ...options });
  const tts = sessionOf(openaiTts({ apiKey, baseURL: server.baseURL, model, ...ttsOptions }));
  const notices: Notice[] = [];
  tts.notice$?.subscribe(notice => notices.push(notice));
  return { tts, notices };
};
const say = async (tts: Tts, text = sentence): Promise<number> => {
  const frames = await lastValueFrom(tts(text).pipe(toArray()), { defaultValue: [] as AudioFrame[] });
  expect(frames.every(({ sampleRate }) => sampleRate === 24_000)).toBe(true);
  return frames.reduce((sum, frame) => sum + frameMs(frame), 0);
};
const failing = (tts: Tts, text = sentence): Promise<{ ms: number; error: RxvoiceError }> =>
  new Promise((resolve, reject) => {
    let ms = 0;
    tts(text).subscribe({
      next: frame => (ms += frameMs(frame)),
      error: (error: unknown) => resolve({ ms, error: error as RxvoiceError }),
      complete: () => reject(new Error('completed')),
    });
  });
const received = (type: string) =>
  server.events.flatMap(event =>
    event.type === 'received' && event.message.type === type ? [event.message] : [],
  );
const opened = () => server.events.filter(({ type }) => type === 'opened').length;
const reworded = (notices: readonly Notice[]) => notices.filter(({ type }) => type === 'reworded');

describe('openaiTts over the Realtime API', () => {
  it('should have a model read each sentence word for word, out of band, in a session that hears nothing', async () => {
    const { tts } = await serve({}, { voice: 'cedar', speed: 1.25, instructions: 'Calm and friendly.' });
    expect(await say(tts, ' It costs "10" euros.\n')).toBe(msOf('It costs "10" euros.') / 1.25);
    expect(received('session.update')).toMatchObject([
      {
        session: {
          type: 'realtime',
          output_modalities: ['audio'],
          audio: {
            input: { turn_detection: null },
            output: { voice: 'cedar', speed: 1.25, format: { type: 'audio/pcm', rate: 24_000 } },
          },
        },
      },
    ]);
    const [{ response }] = received('response.create') as unknown as [
      { response: Record<string, unknown> & { instructions: string } },
    ];
    expect(response).toMatchObject({
      conversation: 'none',
      input: [],
      tools: [],
      tool_choice: 'none',
      reasoning: { effort: 'minimal' },
    });
    expect(response.instructions).toMatch(
      /word for word[^]*Calm and friendly\.[^]*"It costs \\"10\\" euros\."$/u,
    );
    expect(server.events[0]).toMatchObject({ endpoint: 'realtime', query: { model } });
  });

  it('should read the next sentences while one comes, all over one connection', async () => {
    const { tts, notices } = await serve({ latencies: { ttsMs: 20, ttsSpeed: 30 } });
    const held = tts.warm$!.subscribe();
    const texts = ['One is here.', 'Two is here, too.', 'Three.'];
    const lengths = await lastValueFrom(forkJoin(texts.map(text => say(tts, text))), { defaultValue: [] });
    held.unsubscribe();
    expect(lengths).toEqual(texts.map(msOf));
    expect(opened()).toBe(1);
    const order = server.events.flatMap(event =>
      event.type === 'received' || event.type === 'sent' ? [event.message.type] : [],
    );
    expect(order.indexOf('response.done')).toBeGreaterThan(order.lastIndexOf('response.create'));
    expect(notices.filter(({ type }) => type === 'connected')).toHaveLength(3);
  });

  it('should be warm before it is needed, and reuse the connection', async () => {
    const { tts, notices } = await serve();
    const held = tts.warm$!.subscribe();
    await firstValueFrom(tts.warm$!);
    await say(tts);
    await say(tts);
    held.unsubscribe();
    expect(opened()).toBe(1);
    expect(notices).toEqual([
      { type: 'connected', reused: true, ms: 0 },
      { type: 'connected', reused: true, ms: 0 },
    ]);
  });

  it('should cancel a sentence that is no longer wanted, also before the service has named its response', async () => {
    const { tts } = await serve({ latencies: { ttsMs: 0, ttsSpeed: 10 } });
    const held = tts.warm$!.subscribe();
    await firstValueFrom(tts.warm$!);
    tts(sentence).subscribe().unsubscribe();
    await firstValueFrom(tts(sentence));
    expect(await say(tts, 'Good morning.')).toBe(msOf('Good morning.'));
    await expect.poll(() => received('response.cancel')).toHaveLength(2);
    const done = server.events.flatMap(event =>
      event.type === 'sent' && event.message.type === 'response.done' ? [event.message['response']] : [],
    );
    expect(done).toMatchObject([{ status: 'cancelled' }, { status: 'cancelled' }, { status: 'completed' }]);
    held.unsubscribe();
  });

  it('should say nothing of a text without words, and ask nothing', async () => {
    const { tts } = await serve();
    for (const text of ['', ' ', '…', '!?', '♪']) expect(await say(tts, text)).toBe(0);
    expect(server.events).toEqual([]);
  });

  it('should read a very long text in pieces', async () => {
    const { tts, notices } = await serve({ reword: text => text.replace('word 150', 'word one fifty') });
    const text = Array.from({ length: 200 }, (_, index) => `word ${index}`).join(' ');
    expect(await say(tts, text)).toBeGreaterThan(text.length * 19);
    expect(received('response.create').length).toBeGreaterThan(1);
    expect(reworded(notices)).toEqual([
      { type: 'reworded', text, spoken: text.replace('word 150', 'word one fifty') },
    ]);
  });
});

describe('openaiTts, what its model says', () => {
  it.each([
    ['I am here.', "I'm here."],
    [' It is sunny today. ', ' It is sunny today, I think. '],
    ['It costs $3.50.', 'It costs three dollars fifty.'],
  ])('should report the words of %j: %j', async (text, spoken) => {
    const { tts, notices } = await serve({
      reword: (_, index) => (index === 0 ? spoken.trim() : text.trim()),
    });
    const held = tts.warm$!.subscribe();
    await say(tts, text);
    expect(reworded(notices)).toEqual([{ type: 'reworded', text, spoken }]);
    await say(tts, text);
    expect(reworded(notices).at(-1)).toEqual({ type: 'reworded', text, spoken: text });
    await say(tts, text);
    held.unsubscribe();
    expect(reworded(notices)).toHaveLength(2);
  });

  it.each(['my card number is four two four two', 'My card-number is: four, two, four, two!'])(
    'should report nothing where only the spelling differs: %j',
    async spoken => {
      const { tts, notices } = await serve({ reword: () => spoken });
      await say(tts);
      expect(reworded(notices)).toEqual([]);
    },
  );

  it.each([
    "I'm sorry, but I can't help with that.",
    'Sure! Here is the sentence that you would like me to read: my card number is four two four two.',
    'Four.',
  ])('should read it once more where it said something else, of which no sound is heard: %j', async other => {
    const { tts, notices } = await serve({ reword: (text, index) => (index === 0 ? other : text) });
    expect(await say(tts)).toBe(msOf(sentence));
    expect(received('response.create')).toHaveLength(2);
    expect(reworded(notices)).toEqual([]);
  });

  it('should cut a model that goes on by itself, read it once more, and report all that was heard', async () => {
    const endless = `${sentence} ${'And so it goes on and on. '.repeat(20)}`;
    const { tts, notices } = await serve({
      latencies: { ttsMs: 0, ttsSpeed: 60 },
      reword: (text, index) => (index === 0 ? endless : text),
    });
    const ms = await say(tts);
    expect(ms).toBeGreaterThan(msOf(sentence));
    expect(ms).toBeLessThan(msOf(endless) / 2);
    expect(received('response.cancel')).toHaveLength(1);
    const [notice] = reworded(notices) as { spoken: string }[];
    expect(notice?.spoken).toMatch(/^My card .* And so .* My card number is four two four two\.$/u);
  });

  it('should fail when it says something else twice, without a sound of it', async () => {
    const { tts } = await serve({ faults: ['reworded'] });
    const { ms, error } = await failing(tts);
    expect(ms).toBe(0);
    expect(error).toMatchObject({ stage: 'tts', retryable: true });
    expect(error.message).toMatch(/said something else than a sentence, 2 times/u);
    expect(error.message).not.toContain('card');
    expect(received('response.create')).toHaveLength(2);
  });

  it('should leave the sentence to the next engine then', async () => {
    const { tts } = await serve({ faults: ['reworded'] });
    const both = sessionOf(failover([tts, scriptedTts({ sampleRate: 24_000, msPerCharacter: 100 })]));
    expect(await say(both)).toBe(sentence.length * 100);
  });

  it('should report the words so far of a sentence that is cut', async () => {
    const { tts, notices } = await serve({
      latencies: { ttsMs: 0, ttsSpeed: 10 },
      reword: text => text.replace('My card number', "My card's number"),
    });
    await new Promise<void>(resolve => {
      let ms = 0;
      const subscription = tts(sentence).subscribe(frame => {
        ms += frameMs(frame);
        if (ms < 300) return;
        subscription.unsubscribe();
        resolve();
      });
    });
    expect(reworded(notices)).toHaveLength(1);
    const [{ spoken }] = reworded(notices) as unknown as [{ spoken: string }];
    expect(spoken.startsWith("My card's number")).toBe(true);
    expect(sentence.replace('card', "card's").startsWith(spoken)).toBe(true);
  });

  it('should be what the user heard, in the history and the end of the reply', async () => {
    server = await openaiServer({
      latencies: { ttsMs: 0, ttsSpeed: 20 },
      msPerCharacter: 20,
      reword: text => text.replace('I am', "I'm"),
    });
    const voice = setup({
      stt: scriptedStt([{ from: 200, to: 600, text: 'Who are you?' }]),
      llm: scriptedLlm('I am a clock. It is noon.'),
      tts: { engine: 'openai', apiKey, baseURL: server.baseURL, model },
    });
    const call$ = voice.conversation$(scriptedInput(1_500), { write: () => undefined });
    const events = await lastValueFrom(call$.pipe(toArray<ConversationEvent>()));
    expect(await firstValueFrom(of(...events).pipe(ofType('bot.spoke')))).toMatchObject({
      text: "I'm a clock. It is noon.",
    });
    expect(events.filter(({ type }) => type === 'bot.reworded')).toMatchObject([
      { turn: 1, text: 'I am a clock.', spoken: "I'm a clock." },
    ]);
    expect(events.reduce<readonly Message[]>(remember, []).at(-1)?.content).toBe("I'm a clock. It is noon.");
    await expect.poll(() => server.connections).toBe(0);
  });
});

describe('openaiTts over the Realtime API, on a bad day', () => {
  const quick = { timeoutMs: 400 };

  it.each<[string, FaultRule]>([
    ['a connection that is cut', { fault: 'cut', after: 7, nth: 1 }],
    ['a connection that closes', { fault: 'end', after: 7, nth: 1 }],
    ['silence', { fault: 'stall', after: 7, nth: 1 }],
    ['a peer that is gone', { fault: 'half-open', after: 7, nth: 1 }],
    ['an error of the server', { fault: 'error-frame', after: 7, nth: 1 }],
    ['the age of the session', { fault: 'session-expired', after: 7, nth: 1 }],
    ['a frame that is no frame', { fault: 'bad-frame', after: 7, nth: 1 }],
    ['a server that never speaks', { fault: 'mute', nth: 1 }],
    ['a server that has trouble at first', { fault: '500', nth: 1 }],
    ['a server that is too busy at first', { fault: '429-retry-after', retryAfter: 0.1, nth: 1 }],
  ])('should speak a sentence whole, in spite of %s', async (_, fault) => {
    const { tts } = await serve({ faults: [fault], latencies: { ttsMs: 0, ttsSpeed: 60 } }, quick);
    expect(Math.abs((await say(tts)) - msOf(sentence))).toBeLessThan(2);
    expect(opened()).toBe(2);
    // A server that is frozen does not see that its client has gone.
    await expect.poll(() => server.connections).toBe(fault.fault === 'half-open' ? 1 : 0);
  });

  it('should read on over another connection when the session has reached its age, without a word about it', async () => {
    const { tts, notices } = await serve({ limits: { sessionMs: 300 } });
    const held = tts.warm$!.subscribe();
    await firstValueFrom(tts.warm$!);
    await expect.poll(() => opened()).toBe(2);
    expect(await say(tts)).toBe(msOf(sentence));
    held.unsubscribe();
    expect(notices.filter(({ type }) => type === 'warning')).toEqual([]);
  });

  it.each<[FaultRule['fault'], RegExp]>([
    ['401', /does not accept the API key: check apiKey/u],
    ['403', /no access to the model 'gpt-realtime-2\.1-mini'/u],
    ['404', /does not know the model 'gpt-realtime-2\.1-mini'/u],
    ['quota', /no credit left/u],
  ])('should fail at once where the server refuses for good: %s', async (fault, message) => {
    const { tts } = await serve({ faults: [fault] });
    const { error } = await failing(tts);
    expect(error).toMatchObject({ stage: 'tts', retryable: false });
    expect(error.message).toMatch(message);
    expect(inspect(error, { depth: 9 })).not.toContain('0123456789');
    expect(opened()).toBe(1);
  });

  it('should fail at once where there is no such model', async () => {
    const { tts } = await serve({ models: ['gpt-realtime-9'] });
    const { error } = await failing(tts);
    expect(error.message).toMatch(/does not know the model 'gpt-realtime-2\.1-mini', or the address/u);
  });

  it('should name a setting that the server refuses', async () => {
    const { tts } = await serve({}, { voice: 'no-such-voice' });
    const { error } = await failing(tts);
    expect(error.message).toMatch(/does not accept the request: Invalid value: 'no-such-voice'\. Supported/u);
  });

  it('should name a field of extraBody that the server refuses', async () => {
    const { tts } = await serve({}, { extraBody: { loudness: 11 } });
    const { error } = await failing(tts);
    expect(error.message).toMatch(/Unknown parameter: 'response\.loudness'/u);
  });

  it('should fail with the error of a voice that the service can not make, after trying for a while', async () => {
    const { tts } = await serve(
      {
        tts: () => {
          throw new Error('no such voice');
        },
      },
      { retryForMs: 300 },
    );
    const { error } = await failing(tts);
    expect(error).toMatchObject({ stage: 'tts', retryable: true });
    expect(error.message).toMatch(/has trouble of its own/u);
    expect(received('response.create').length).toBeGreaterThan(1);
    expect(received('response.create').length).toBeLessThan(6);
  });

  it('should be warm at last with a wrong key by failing', async () => {
    const { tts } = await serve({ key: 'another' });
    await expect(firstValueFrom(tts.warm$!)).rejects.toThrow('does not accept the API key');
  });
});

describe('the API of openaiTts', () => {
  it.each<[string, OpenaiTtsOptions, 'realtime' | 'speech']>([
    ['a Realtime model anywhere', { model }, 'realtime'],
    ['another server', { model: 'kokoro' }, 'speech'],
    ['another server that is asked to', { model: 'any', api: 'realtime' }, 'realtime'],
    ['a Realtime model of the other API', { model, api: 'speech' }, 'speech'],
  ])('should be, with %s: %s', async (_, options, endpoint) => {
    server = await openaiServer();
    await say(openaiTts({ apiKey, baseURL: server.baseURL, ...options }), 'Hi.');
    expect(server.events[0]).toMatchObject({ endpoint });
  });

  it.each<[OpenaiTtsOptions, RegExp]>([
    [{ voice: 'nova' }, /voice: expected a voice of the Realtime API, such as 'marin'/u],
    [{ speed: 2 }, /speed: expected a number from 0\.25 to 1\.5/u],
    [{ responseFormat: 'wav' }, /responseFormat: expected none, or api: 'speech'/u],
    [{ sampleRate: 16_000 }, /sampleRate: expected none/u],
    [{ fetch: globalThis.fetch }, /fetch: expected none/u],
    [{ baseURL: 'http://127.0.0.1:1/v1', api: 'realtime' }, /model is missing/u],
  ])('should refuse %j at once', async (options, message) => {
    server = await openaiServer();
    expect(() => openaiTts({ apiKey, ...options })).toThrow(message);
    const { apiKey: key, ...rest } = { apiKey, ...options };
    expect(() =>
      setup({
        stt: scriptedStt([]),
        llm: scriptedLlm(''),
        tts: { engine: 'openai', apiKey: key, ...rest },
      }),
    ).toThrow(/tts\.\w+: expected/u);
  });

  it.each<[OpenaiTtsOptions]>([
    [{}],
    [{ voice: 'marin' }],
    [{ api: 'speech', voice: 'nova', speed: 2 }],
    [{ model: 'tts-1', voice: 'nova' }],
  ])('should take %j at OpenAI', async options => {
    server = await openaiServer();
    vi.stubEnv('OPENAI_BASE_URL', '');
    expect(() => openaiTts({ apiKey, ...options })).not.toThrow();
    expect(() =>
      setup({ stt: scriptedStt([]), llm: scriptedLlm(''), tts: { engine: 'openai', apiKey, ...options } }),
    ).not.toThrow();
  });

  it('should name the Realtime API where the speech endpoint has ended', async () => {
    server = await openaiServer({ models: [model] });
    const fetchLocally: typeof fetch = (input, init) =>
      fetch((input as string).replace('https://api.openai.com', server.url), init);
    const tts = openaiTts({ apiKey, model: 'gpt-4o-mini-tts', fetch: fetchLocally });
    await server.set({ faults: ['404'] });
    const { error } = await failing(tts);
    expect(error.message).toMatch(
      /OpenAI has ended its speech endpoint \(on 6 January 2027\).*leave out model and api, so that the Realtime API speaks/u,
    );
  });
});
