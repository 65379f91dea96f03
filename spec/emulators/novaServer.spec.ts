import { DeepgramClient } from '@deepgram/sdk';
import { filter, firstValueFrom } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { ofType, type Stt } from '../../lib/index.ts';
import {
  type DeepgramServer,
  deepgramServer,
  type DeepgramServerOptions,
  scriptedStt,
} from '../../lib/testing/index.ts';
import { Client, isType, type Received, sound } from './deepgramSockets.ts';

let server: DeepgramServer;
const clients: Client[] = [];
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await server.close();
});

const start = async (options: DeepgramServerOptions = {}) => {
  server = await deepgramServer({ latencies: { sttMs: 0 }, ...options });
  return server;
};
const query =
  'model=nova-3&encoding=linear16&sample_rate=16000&interim_results=true&endpointing=300&punctuate=true';
const connect = (extra = '', base = query) => {
  const client = new Client(server.url, `/v1/listen?${base}${extra}`);
  clients.push(client);
  return client;
};

interface Results {
  readonly start: number;
  readonly duration: number;
  readonly is_final: boolean;
  readonly speech_final: boolean;
  readonly from_finalize: boolean;
  readonly channel: {
    readonly alternatives: readonly [
      { transcript: string; words: { word: string; start: number; end: number; punctuated_word?: string }[] },
    ];
  };
}
const results = (client: Client) => client.all('Results') as unknown as Results[];
const textOf = ({ channel }: Results) => channel.alternatives[0].transcript;
const isResults = (test: (results: Results) => boolean) => (received: Received) =>
  isType('Results')(received) && test(received as unknown as Results);
const speechFinal = isResults(({ speech_final }) => speech_final);

const script = [{ from: 1_000, to: 2_000, text: 'Hello there, Bern.' }];

describe('deepgramServer: Nova', () => {
  it('should emit transcripts in windows that grow until they are final', async () => {
    await start({ script });
    const client = await connect('&vad_events=true').opened();
    for (let ms = 0; ms < 2_600; ms += 100) client.send(sound(100));
    await client.until(speechFinal);
    expect(client.received.map(received => (received as { type: string }).type)).toEqual([
      'Results',
      'SpeechStarted',
      'Results',
      'Results',
    ]);
    const [empty, interim, final] = results(client);
    expect(empty).toMatchObject({ start: 0, duration: 1, is_final: false });
    expect(empty!.channel.alternatives[0]).toEqual({ transcript: '', confidence: 0, words: [] });
    expect(interim).toMatchObject({ start: 0, duration: 2, is_final: false, from_finalize: false });
    expect(final).toMatchObject({ start: 0, duration: 2.3, is_final: true, speech_final: true });
    expect(textOf(final!)).toBe('Hello there, Bern.');
    expect(final!.channel.alternatives[0].words[2]).toMatchObject({
      word: 'bern',
      punctuated_word: 'Bern.',
      end: 2,
    });
    expect(client.all('SpeechStarted')).toEqual([{ type: 'SpeechStarted', channel: [0, 1], timestamp: 1 }]);
    expect(client.requestId).toMatch(/^[\da-f-]{36}$/u);
  });

  it('should write as it hears unless punctuation is wanted', async () => {
    await start({ script });
    const client = await connect(
      '',
      'model=nova-3&encoding=linear16&sample_rate=16000&endpointing=100',
    ).opened();
    client.send(sound(2_600));
    await client.until(speechFinal);
    expect(results(client).map(textOf)).toEqual(['hello there bern']);
  });

  it('should cut long speech into finals that add up', async () => {
    const text = Array.from({ length: 40 }, (_, index) => `word${index}`).join(' ');
    await start({ script: [{ from: 0, to: 12_000, text }] });
    const client = await connect().opened();
    for (let ms = 0; ms < 12_600; ms += 100) client.send(sound(100));
    await client.until(speechFinal);
    const finals = results(client).filter(({ is_final }) => is_final);
    expect(finals.length).toBeGreaterThan(2);
    expect(finals.map(textOf).join(' ')).toBe(text);
    expect(finals.map(({ speech_final }) => speech_final)).toEqual([
      ...finals.slice(1).map(() => false),
      true,
    ]);
    finals.slice(1).forEach((final, index) => {
      const { start: from, duration } = finals[index]!;
      expect(final.start).toBeCloseTo(from + duration, 5);
    });
  });

  it('should emit the end of an utterance by the gap between words, with or without speech_final', async () => {
    await start({ script });
    const client = await connect('&utterance_end_ms=1000').opened();
    client.send(sound(2_600));
    client.send(sound(500));
    await client.until(isType('UtteranceEnd'));
    expect(client.all('UtteranceEnd')).toEqual([{ type: 'UtteranceEnd', channel: [0, 1], last_word_end: 2 }]);
    expect(client.received.findIndex(isType('UtteranceEnd'))).toBeGreaterThan(
      client.received.findIndex(speechFinal),
    );

    await server.set({ faults: ['no-speech-final'] });
    const other = await connect('&utterance_end_ms=1000').opened();
    for (let ms = 0; ms < 3_200; ms += 100) other.send(sound(100));
    await other.until(isType('UtteranceEnd'));
    expect(
      results(other)
        .filter(({ is_final }) => is_final)
        .map(textOf),
    ).toContain('Hello there, Bern.');
    expect(results(other).some(({ speech_final }) => speech_final)).toBe(false);
  });

  it('should give what there is on Finalize, once', async () => {
    await start({ script });
    const client = await connect().opened();
    client.send(sound(2_100));
    client.send({ type: 'Finalize' });
    const flushed = await client.until<Results>(isResults(({ from_finalize }) => from_finalize));
    expect(flushed).toMatchObject({ is_final: true, duration: 2.1 });
    expect(textOf(flushed)).toBe('Hello there, Bern.');
    client.send(sound(2_000));
    client.send({ type: 'CloseStream' });
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(results(client).filter(result => textOf(result) !== '' && result.is_final)).toHaveLength(1);
    expect(client.received.at(-1)).toMatchObject({ type: 'Metadata', duration: 4.1, channels: 1 });
  });

  it('should put words that an engine emits late where nothing is final yet', async () => {
    const late: Stt = scriptedStt([
      { from: 200, to: 1_000, text: 'Go forward', finalMs: 2_000, endpointingMs: 2_000 },
    ]);
    await start({
      stt: () => audio$ =>
        audio$.pipe(
          late,
          filter(({ type }) => type !== 'interim' || told++ === 0),
        ),
    });
    let told = 0;
    const client = await connect('&utterance_end_ms=1000').opened();
    for (let ms = 0; ms < 2_400; ms += 100) client.send(sound(100));
    client.send({ type: 'Finalize' });
    for (let ms = 0; ms < 1_600; ms += 100) client.send(sound(100));
    await client.until(isType('UtteranceEnd'));
    const finals = results(client).filter(({ is_final }) => is_final);
    expect(finals.map(textOf)).toEqual(['Go', 'forward']);
    expect(finals[1]!.channel.alternatives[0].words[0]!.start).toBeGreaterThanOrEqual(finals[1]!.start);
    expect(client.received.findIndex(isType('UtteranceEnd'))).toBeGreaterThan(
      client.received.indexOf(finals[1] as never),
    );
  });

  it('should finish what was begun on CloseStream', async () => {
    await start({ script });
    const client = await connect().opened();
    const over = firstValueFrom(server.event$.pipe(ofType('closed')));
    client.send(sound(1_900));
    client.send({ type: 'CloseStream' });
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(
      results(client)
        .filter(({ is_final }) => is_final)
        .map(textOf),
    ).toEqual(['Hello there, Bern.']);
    expect(await over).toMatchObject({ type: 'closed', by: 'server', code: 1000 });
  });

  it('should hear a real voice by its loudness, line after line, over connections', async () => {
    await start({ lines: ['The first.', 'The second.'] });
    const say = async () => {
      const client = await connect().opened();
      for (const part of [sound(300), sound(900, true), sound(400)]) client.send(part);
      const said = textOf(await client.until<Results>(speechFinal));
      client.socket.close();
      await client.closed;
      return said;
    };
    expect([await say(), await say(), await say()]).toEqual(['The first.', 'The second.', 'The first.']);
  });

  it('should hear the telephone and WAV files, and no other rubbish', async () => {
    await start({ lines: ['Heard.'] });
    const phone = await connect('', 'model=nova-3&encoding=mulaw&sample_rate=8000&endpointing=100').opened();
    phone.send(Buffer.alloc(8_000, 0xff));
    phone.send(Buffer.from(Array.from({ length: 8_000 }, (_, index) => (index % 8 < 4 ? 0x00 : 0x80))));
    phone.send(Buffer.alloc(4_000, 0xff));
    expect(textOf(await phone.until<Results>(speechFinal))).toBe('heard');

    const contained = await connect('', 'model=nova-3').opened();
    contained.send(Buffer.from('This is not audio at all, and nobody said what it would be.'));
    expect((await contained.closed).code).toBe(1008);
  });

  it('should close an idle socket, KeepAlive or not if no audio ever came', async () => {
    await start({ limits: { novaIdleMs: 60 } });
    const idle = await connect().opened();
    expect(await idle.closed).toEqual({
      code: 1011,
      reason: expect.stringMatching(/did not receive audio data.*net0001/u) as string,
    });
    expect(idle.received).toMatchObject([{ type: 'Metadata', duration: 0 }]);
    expect(idle.received[0]).not.toHaveProperty('models');

    const kept = await connect().opened();
    const alive = setInterval(() => kept.send({ type: 'KeepAlive' }), 10);
    expect((await kept.closed).code).toBe(1011);
    clearInterval(alive);
  });

  it('should take an empty frame for the end', async () => {
    await start();
    const client = await connect().opened();
    client.send(sound(100));
    client.send(new Uint8Array(0));
    expect((await client.closed).code).toBe(1000);
  });

  it.each([
    ['', /No such model/u],
    ['model=flux-general-en', /No such model/u],
    ['model=nova-3&keywords=a', /keyterm/u],
    ['model=nova-3&encoding=linear16', /sample_rate/u],
    ['model=nova-3&utterance_end_ms=500&interim_results=true', /1000/u],
  ])('should refuse a wrong query: %s', async (base, complaint) => {
    await start();
    const refused = await connect('', base).refused();
    expect(refused).toMatchObject({
      status: 400,
      headers: { 'dg-error': expect.stringMatching(complaint) as string },
    });
  });

  it('should want a key, as a header or a subprotocol', async () => {
    await start({ key: 'secret' });
    const { status, body } = await connect().refused();
    expect(status).toBe(401);
    expect(JSON.parse(body!)).toMatchObject({ err_code: 'INVALID_AUTH' });
    expect(server.events).toContainEqual(
      expect.objectContaining({ type: 'refused', status: 401, authorised: false }),
    );
    const bearer = new Client(server.url, `/v1/listen?${query}`, { authorization: 'Bearer secret' });
    const browser = new Client(server.url, `/v1/listen?${query}`, {}, ['token', 'secret']);
    clients.push(await bearer.opened(), await browser.opened());
    expect(browser.socket.protocol).toBe('token');
    expect(JSON.stringify(server.events)).not.toContain('secret');
  });

  it('should work with the official SDK', async () => {
    await start({ script });
    const client = new DeepgramClient({ apiKey: 'key', baseUrl: server.url.replace('http', 'ws') });
    const socket = await client.listen.v1.connect({
      model: 'nova-3',
      encoding: 'linear16',
      sample_rate: 16_000,
      interim_results: 'true',
      smart_format: 'true',
      endpointing: 300,
      utterance_end_ms: 1000,
      vad_events: 'true',
      keyterm: ['one two', 'three'],
      reconnectAttempts: 0,
    });
    const types: string[] = [];
    let said = '';
    const closed = new Promise<number>(resolve => {
      socket.on('message', message => {
        types.push(message.type);
        if (message.type === 'Results' && message.is_final)
          said += message.channel.alternatives[0]!.transcript;
      });
      socket.on('close', ({ code }) => resolve(code));
    });
    socket.connect();
    await socket.waitForOpen();
    for (let ms = 0; ms < 3_200; ms += 100) socket.sendMedia(sound(100));
    socket.sendCloseStream({ type: 'CloseStream' });
    expect(await closed).toBe(1000);
    expect(said).toBe('Hello there, Bern.');
    expect([...new Set(types)].sort()).toEqual(['Metadata', 'Results', 'SpeechStarted', 'UtteranceEnd']);
    expect(server.events[0]).toMatchObject({ query: { keyterm: ['one two', 'three'] } });
  });

  it('should refuse a connection with the error that its script or its voice throws, and go on', async () => {
    const broken = (): never => {
      throw new Error('no such line');
    };
    await start({ script: broken, tts: broken });
    const headers = { authorization: 'Token any', 'content-type': 'application/json' };
    expect(await connect().refused()).toMatchObject({ status: 500, headers: { 'dg-error': 'no such line' } });
    const spoken = await fetch(`${server.url}/v1/speak`, { method: 'POST', headers, body: '{"text":"Hi."}' });
    expect([spoken.status, await spoken.json()]).toEqual([
      500,
      expect.objectContaining({ err_code: 'INTERNAL_SERVER_ERROR', err_msg: 'no such line' }),
    ]);
    await server.set({ script });
    await connect().opened();
  });
});
