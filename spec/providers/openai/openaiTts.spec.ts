import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { firstValueFrom, of, take, toArray } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type AudioFrame, concatFrames, frameMs } from '../../../lib/audio/frame.ts';
import { writeWav } from '../../../lib/audio/wav.ts';
import type { RxvoiceError } from '../../../lib/errors.ts';
import { openaiTts, type OpenaiTtsOptions } from '../../../lib/providers/openai/index.ts';
import {
  type Fault,
  type OpenaiServer,
  openaiServer,
  type OpenaiServerOptions,
} from '../../../lib/testing/index.ts';
import type { Tts } from '../../../lib/tts/tts.ts';

let server: OpenaiServer | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.close();
});

const apiKey = 'sk-proj-0123456789abcdef';
const sentence = 'My card number is four two four two.';
const serve = async (options: OpenaiServerOptions = {}, ttsOptions: OpenaiTtsOptions = {}) => {
  server = await openaiServer({ latencies: { ttsMs: 0, ttsSpeed: 1_000 }, msPerCharacter: 20, ...options });
  return openaiTts({ apiKey, baseURL: server.baseURL, model: 'test', retries: 1, ...ttsOptions });
};
const say = (tts: Tts, text = sentence): Promise<AudioFrame> =>
  firstValueFrom(tts(text).pipe(toArray())).then(concatFrames);
const failing = (tts: Tts): Promise<{ frames: number; error: RxvoiceError }> =>
  new Promise((resolve, reject) => {
    let frames = 0;
    tts(sentence).subscribe({
      next: () => (frames += 1),
      error: (error: unknown) => resolve({ frames, error: error as RxvoiceError }),
      complete: () => reject(new Error('completed')),
    });
  });
const requests = () =>
  server!.events.flatMap(event => (event.type === 'request' ? [event.body as Record<string, unknown>] : []));
const asked = () =>
  server!.events.filter(({ type, endpoint }) => type === 'opened' && endpoint === 'speech').length;

describe('openaiTts', () => {
  it('should speak a sentence sample for sample, though its pieces end in the middle of samples', async () => {
    const frame = { pcm: Int16Array.from({ length: 4_801 }, (_, index) => index * 13), sampleRate: 24_000 };
    const tts = await serve({ tts: () => of(frame) });
    const { pcm, sampleRate } = await say(tts);
    expect(sampleRate).toBe(24_000);
    expect(pcm.subarray(0, frame.pcm.length)).toEqual(frame.pcm);
  });

  it('should hand on audio as it comes, not at the end', async () => {
    const tts = await serve({ faults: ['stall'] });
    expect(frameMs(await firstValueFrom(tts(sentence)))).toBeGreaterThan(0);
  });

  it('should ask as the API wants it, and for nothing that was not asked for', async () => {
    const tts = await serve(
      {},
      { voice: 'marin', instructions: 'Calm.', speed: 1.1, extraBody: { stream_format: 'audio' } },
    );
    await say(tts);
    await say(openaiTts({ apiKey, baseURL: server!.baseURL, model: 'test' }));
    expect(requests()).toEqual([
      {
        model: 'test',
        voice: 'marin',
        input: sentence,
        response_format: 'pcm',
        instructions: 'Calm.',
        speed: 1.1,
        stream_format: 'audio',
      },
      { model: 'test', voice: 'alloy', input: sentence, response_format: 'pcm' },
    ]);
  });

  it('should say nothing, and ask nothing, for a text without words', async () => {
    const tts = await serve();
    expect(frameMs(await say(tts, ' … '))).toBe(0);
    expect(asked()).toBe(0);
  });

  it('should speak a text that is too long for one request in several', async () => {
    const tts = await serve({ msPerCharacter: 1 });
    await say(tts, 'This goes on and on. '.repeat(300));
    expect(requests().map(({ input }) => String(input).length <= 4_096)).toEqual([true, true]);
  });

  it('should close the connection when it is unsubscribed', async () => {
    const tts = await serve({ faults: ['stall'] });
    await firstValueFrom(tts(sentence).pipe(take(1)));
    await expect.poll(() => server!.connections).toBe(0);
    expect(server!.events.at(-1)).toMatchObject({ type: 'closed', by: 'client' });
  });

  it.each<Fault>(['refused', '408', '429', '500', '503-html'])(
    'should try again after %s, and speak the sentence whole',
    async fault => {
      const tts = await serve({ faults: [{ fault, on: 'speech', nth: 1 }] });
      expect(frameMs(await say(tts))).toBeCloseTo(sentence.length * 20, -2);
      expect(asked()).toBe(2);
    },
  );

  it.each<[Fault, RegExp]>([
    ['400', /does not accept the request/],
    ['401', /API key.*OPENAI_API_KEY/],
    ['403', /does not allow this/],
    ['404', /does not know the model 'test'/],
    ['quota', /no credit left/],
  ])('should not try again after %s, but say what to do', async (fault, cure) => {
    const { error } = await failing(await serve({ faults: [fault] }));
    expect(error).toMatchObject({ stage: 'tts', retryable: false });
    expect(error.message).toMatch(cure);
    expect(inspect(error, { depth: 9 })).not.toMatch(/sk-proj|card/);
    expect(asked()).toBe(1);
  });

  it.each<Fault>(['no-answer', 'mute'])('should give up in time when the server is %s', async fault => {
    const { frames, error } = await failing(await serve({ faults: [fault] }, { timeoutMs: 1_000 }));
    expect({ frames, asked: asked() }).toEqual({ frames: 0, asked: 2 });
    expect(error.message).toMatch(/sent nothing for 1000 ms/);
  });

  it.each<[Fault, RegExp]>([
    ['stall', /sent nothing for 1000 ms/],
    ['cut', /broke off the connection/],
  ])('should fail, and not begin again, after audio was out: %s', async (fault, message) => {
    const { frames, error } = await failing(await serve({ faults: [fault] }, { timeoutMs: 1_000 }));
    expect(frames).toBeGreaterThan(0);
    expect(error.message).toMatch(message);
    expect(asked()).toBe(1);
  });

  it('should not take for sound what is none', async () => {
    const mp3 = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'audio/pcm' }).end(`ID3${' '.repeat(100)}`),
    );
    await new Promise<void>(resolve => mp3.listen(0, '127.0.0.1', resolve));
    const { port } = mp3.address() as AddressInfo;
    const tts = openaiTts({ apiKey, baseURL: `http://127.0.0.1:${port}/v1`, model: 'test', retries: 0 });
    expect((await failing(tts)).error.message).toMatch(/sent MP3.*set responseFormat .*'wav'/);
    mp3.closeAllConnections();
    mp3.close();
  });

  it('should play what a server sends that has WAV only, and ask for that from then on', async () => {
    const warnings: string[] = [];
    const asked: unknown[] = [];
    const groq = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { response_format: format, speed } = JSON.parse(Buffer.concat(parts).toString()) as Record<
          string,
          unknown
        >;
        asked.push(format);
        const wrong = format !== 'wav' ? 'response_format' : speed !== undefined ? 'speed' : undefined;
        if (wrong === undefined)
          response.end(writeWav({ pcm: new Int16Array(4_800).fill(7), sampleRate: 48_000 }));
        else
          response
            .writeHead(400)
            .end(JSON.stringify({ error: { message: `${wrong} is not supported`, param: wrong } }));
      });
    });
    await new Promise<void>(resolve => groq.listen(0, '127.0.0.1', resolve));
    const { port } = groq.address() as AddressInfo;
    const tts = openaiTts({ apiKey, baseURL: `http://127.0.0.1:${port}/v1`, model: 'test', speed: 1.2 });
    tts.notice$!.subscribe(notice => notice.type === 'warning' && warnings.push(notice.message));
    for (let turn = 0; turn < 2; turn++)
      expect(await say(tts)).toMatchObject({ sampleRate: 48_000, pcm: new Int16Array(4_800).fill(7) });
    expect(asked).toEqual(['pcm', 'wav', 'wav', 'wav']);
    expect(warnings.map(message => /does not take (\w+)/u.exec(message)?.[1])).toEqual([
      'response_format',
      'speed',
    ]);
    groq.closeAllConnections();
    groq.close();
  });

  it.each(['wav', 'pcm'] as const)('should speak %s, also as events', async format => {
    const tts = await serve({}, { responseFormat: format });
    const plain = await say(tts);
    expect(frameMs(plain)).toBeCloseTo(sentence.length * 20, -2);
    const events = openaiTts({
      apiKey,
      baseURL: server!.baseURL,
      model: 'test',
      responseFormat: format,
      extraBody: { stream_format: 'sse' },
    });
    expect(await say(events)).toEqual(plain);
  });

  it('should take the rate of raw PCM from the content type, unless it is given', async () => {
    const l16 = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'audio/L16;rate=16000;channels=1' }).end(Buffer.alloc(3_200)),
    );
    await new Promise<void>(resolve => l16.listen(0, '127.0.0.1', resolve));
    const { port } = l16.address() as AddressInfo;
    const options = { apiKey, baseURL: `http://127.0.0.1:${port}/v1`, model: 'test' };
    expect((await say(openaiTts(options))).sampleRate).toBe(16_000);
    expect((await say(openaiTts({ ...options, sampleRate: 22_050 }))).sampleRate).toBe(22_050);
    l16.closeAllConnections();
    l16.close();
  });

  it('should ask for a key and a model where it can not know them', () => {
    vi.stubEnv('OPENAI_API_KEY', undefined);
    vi.stubEnv('OPENAI_BASE_URL', undefined);
    expect(() => openaiTts()).toThrow(/OPENAI_API_KEY/);
    expect(() => openaiTts({ baseURL: 'http://localhost:8880/v1' })).toThrow(
      /model is missing.*localhost:8880/,
    );
  });
});
