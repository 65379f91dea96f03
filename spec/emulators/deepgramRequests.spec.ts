import { DeepgramClient, DeepgramError } from '@deepgram/sdk';
import { lastValueFrom, reduce } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { frameBytes, frameMs, silence } from '../../lib/audio/frame.ts';
import { deepgramStt, deepgramTts } from '../../lib/providers/deepgram/index.ts';
import { type DeepgramServer, deepgramServer, scriptedInput } from '../../lib/testing/index.ts';

let server: DeepgramServer;
afterEach(() => server.close());
const client = (apiKey = 'any') =>
  new DeepgramClient({ apiKey, baseUrl: server.url, maxRetries: 0, timeoutInSeconds: 5 });

describe('deepgramServer: models', () => {
  it('should list them, for all and of a project', async () => {
    server = await deepgramServer();
    const { stt, tts } = await client().manage.v1.models.list();
    expect(stt?.map(({ canonical_name }) => canonical_name)).toContain('nova-3-general');
    expect(tts?.map(({ canonical_name }) => canonical_name)).toContain('aura-2-thalia-en');
    expect((await client().manage.v1.projects.models.list('any-project')).tts).toEqual(tts);
  });

  it.each([
    'nova-3',
    'nova-2-phonecall',
    'phonecall',
    'video',
    'custom',
    'd2a4c1f0-9b3e-4c58-8f1d-2c7b9e0a1f34',
  ])('should listen with %s', async model => {
    server = await deepgramServer({ script: [{ from: 100, to: 500, text: 'Hello.' }] });
    const stt = deepgramStt({ apiKey: 'any', baseURL: server.url, model, endpointingMs: 100 });
    const last = await lastValueFrom(scriptedInput(900).pipe(stt));
    expect(last).toMatchObject({ type: 'utteranceEnd' });
  });
});

describe('deepgramServer: temporary tokens', () => {
  it('should grant one that is good for everything, for as long as it says', async () => {
    server = await deepgramServer({ key: 'right', script: [{ from: 100, to: 500, text: 'Hello.' }] });
    await expect(client('wrong').auth.v1.tokens.grant()).rejects.toThrow(DeepgramError);
    const granted = await client('right').auth.v1.tokens.grant();
    expect(granted).toMatchObject({ expires_in: 30 });
    const { access_token: accessToken } = granted;
    const given = [
      accessToken,
      `Bearer ${accessToken}`,
      `Token ${accessToken}`,
      () => Promise.resolve(accessToken),
    ];
    for (const accessToken of given) {
      const stt = deepgramStt({ accessToken, baseURL: server.url, endpointingMs: 100 });
      await lastValueFrom(scriptedInput(900).pipe(stt));
    }
    for (const options of [{}, { transport: 'rest' }, { model: 'flux-alexis-en' }] as const) {
      const tts = deepgramTts({ apiKey: `Bearer ${accessToken}`, baseURL: server.url, ...options });
      await lastValueFrom(tts('Hello.'));
    }
    await lastValueFrom(
      scriptedInput(900).pipe(deepgramStt({ accessToken, baseURL: server.url, model: 'flux-general-en' })),
    );
    expect(server.events.filter(({ type }) => type === 'refused')).toHaveLength(1);
    const short = await client('right').auth.v1.tokens.grant({ ttl_seconds: 1 });
    await new Promise(resolve => setTimeout(resolve, 1_100));
    const late = deepgramStt({ accessToken: short.access_token, baseURL: server.url });
    const error = await lastValueFrom(scriptedInput(900).pipe(late)).catch((cause: unknown) => cause);
    expect(String(error)).toMatch(/does not accept the API key/u);
    expect(String(error)).not.toContain(short.access_token);
  });
});

describe('deepgramServer: recordings', () => {
  it('should give what is said in one', async () => {
    server = await deepgramServer({ script: [{ from: 100, to: 700, text: 'Book a table.' }] });
    const recording = Buffer.from(frameBytes(silence(2_000)));
    const request = { model: 'nova-3', encoding: 'linear16', punctuate: true } as const;
    const query = { queryParams: { sample_rate: 16_000 } };
    const { results, metadata } = (await client().listen.v1.media.transcribeFile(
      recording,
      request,
      query,
    )) as {
      results?: object;
      metadata?: object;
    };
    expect(metadata).toMatchObject({ duration: 2, channels: 1 });
    expect(results).toMatchObject({
      channels: [
        {
          alternatives: [
            {
              transcript: 'Book a table.',
              words: [{ word: 'book' }, { word: 'a' }, { word: 'table', end: 0.7 }],
            },
          ],
        },
      ],
    });
  });
});

describe('deepgramServer: speech by request', () => {
  const ask = (path: string) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { authorization: 'Token any', 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'Hello there.' }),
    });

  it('should be MP3 unless an encoding is named', async () => {
    server = await deepgramServer({ latencies: { ttsSpeed: 1_000 } });
    const mp3 = await ask('/v1/speak?model=aura-2-thalia-en');
    expect(mp3.headers.get('content-type')).toBe('audio/mpeg');
    const bytes = new Uint8Array(await mp3.arrayBuffer());
    expect([bytes[0], bytes[1]]).toEqual([0xff, 0xf3]);
    expect(bytes.length).toBe(Math.floor((12 * 60) / 24) * 144);
    const wav = await ask('/v1/speak?model=aura-2-thalia-en&encoding=linear16');
    expect(wav.headers.get('content-type')).toBe('audio/wav');
  });

  it.each([
    ['Aura', { voice: 'orion', options: { tag: ['a', 'b'], mip_opt_out: true, new_option: 7 } }],
    ['Flux', { voice: 'alexis', expressivity: 1, options: { tag: 'a', mip_opt_out: true } }],
  ] as const)(
    'should get all options of %s in the query, and the text alone in the body',
    async (_, options) => {
      server = await deepgramServer();
      const tts = deepgramTts({
        apiKey: 'any',
        baseURL: server.url,
        transport: 'rest',
        speed: 1.1,
        ...options,
      });
      const ms = await lastValueFrom(tts('Hello.').pipe(reduce((sum, frame) => sum + frameMs(frame), 0)));
      expect(ms).toBe(360);
      const opened = server.events.find(event => event.type === 'opened' && event.endpoint === 'auraRest');
      expect(opened).toMatchObject({
        query: {
          model: options.voice === 'orion' ? 'aura-2-orion-en' : 'flux-alexis-en',
          encoding: 'linear16',
          container: 'none',
          speed: '1.1',
          mip_opt_out: 'true',
          tag: options.options.tag,
          ...('expressivity' in options ? { expressivity: '1' } : { new_option: '7' }),
        },
      });
      const body = server.events.flatMap(event =>
        event.type === 'request' ? [event.body as object] : [],
      )[0];
      expect(Object.keys(body!).filter(name => name !== 'model')).toEqual(['text']);
    },
  );
});
