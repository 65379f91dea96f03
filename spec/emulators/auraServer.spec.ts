import { DeepgramClient } from '@deepgram/sdk';
import { firstValueFrom } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { ofType } from '../../lib/index.ts';
import { type DeepgramServer, deepgramServer, type DeepgramServerOptions } from '../../lib/testing/index.ts';
import { Client, isAudio, isType } from './deepgramSockets.ts';

let server: DeepgramServer;
const clients: Client[] = [];
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await server.close();
});

const quick = { ttsMs: 0, ttsSpeed: 1_000 };
const start = async (options: DeepgramServerOptions = {}) => {
  server = await deepgramServer({ latencies: quick, msPerCharacter: 20, ...options });
};
const connect = async (query = 'model=aura-2-thalia-en&encoding=linear16&sample_rate=16000') => {
  const client = new Client(server.url, `/v1/speak?${query}`);
  clients.push(client);
  return client.opened();
};
const speak = (client: Client, ...texts: string[]) => {
  for (const text of texts) client.send({ type: 'Speak', text });
  client.send({ type: 'Flush' });
};
const bytesOf = (characters: number) => characters * 20 * 32;
const kinds = (client: Client) =>
  client.received.map(received =>
    Buffer.isBuffer(received) ? 'audio' : (received as { type: string }).type,
  );

describe('deepgramServer: Aura', () => {
  it('should say who it is, and nothing more until Flush', async () => {
    await start();
    const client = await connect();
    await client.until(isType('Metadata'));
    expect(client.received).toMatchObject([{ model_name: 'aura-2-thalia-en', request_id: client.requestId }]);
    client.send({ type: 'Speak', text: 'Hello' });
    speak(client, ' you.');
    await client.until(isType('Flushed'));
    expect(client.audioBytes).toBe(bytesOf(10));
    expect(kinds(client)).toEqual([
      'Metadata',
      ...kinds(client)
        .slice(1, -1)
        .map(() => 'audio'),
      'Flushed',
    ]);
  });

  it('should answer flushes in order', async () => {
    await start();
    const client = await connect();
    for (const text of ['One.', 'Two and a half.', 'Three.']) speak(client, text);
    speak(client);
    await client.until((_, index) => client.all('Flushed').length === 4 && index >= 0);
    expect(client.all('Flushed').map(({ sequence_id: id }) => id)).toEqual([0, 1, 2, 3]);
    expect(client.audioBytes).toBe(bytesOf('One.Two and a half.Three.'.length));
  });

  it('should speak the telephone too', async () => {
    await start();
    const client = await connect('model=aura-2-thalia-en&encoding=mulaw&sample_rate=8000');
    speak(client, 'Hello.');
    await client.until(isType('Flushed'));
    expect(client.audioBytes).toBe(6 * 20 * 8);
  });

  it('should drop what waits on Clear, but for a late frame, and go on afterwards', async () => {
    await start({ latencies: { ttsMs: 0, ttsSpeed: 4 } });
    const client = await connect();
    speak(client, 'This is a rather long sentence that nobody will hear to its end.');
    speak(client, 'Nor this one.');
    client.send({ type: 'Speak', text: 'Nor what was not even flushed.' });
    await client.until(isAudio);
    const before = client.received.filter(isAudio).length;
    client.send({ type: 'Clear' });
    await client.until(isType('Cleared'));
    expect(client.all('Cleared')).toEqual([{ type: 'Cleared', sequence_id: 2 }]);
    expect(client.received.filter(isAudio).length).toBeGreaterThan(before);
    const silent = client.audioBytes;
    speak(client, 'Yes?');
    await client.until(isType('Flushed'));
    expect(client.audioBytes - silent).toBe(bytesOf(4));
    expect(server.events.filter(({ type }) => type === 'received').length).toBe(8);
  });

  it('should take twenty flushes a minute, and warn in the spelling of the day', async () => {
    await start({ limits: { flushesPerMinute: 3 } });
    const client = await connect();
    for (let index = 0; index < 4; index++) speak(client, 'Hi.');
    await client.until(isType('Warning'));
    await client.until(() => client.all('Flushed').length === 3);
    expect(client.all('Warning')).toEqual([
      { type: 'Warning', code: 'EXCESSIVE_FLUSH', description: expect.any(String) as string },
    ]);
    await server.set({ faults: ['flush-limit-old'] });
    const other = await connect();
    speak(other, 'Hi.');
    expect(await other.until(isType('Warning'))).toMatchObject({ warn_code: 'EXCESSIVE_FLUSH' });
  });

  it('should close on what is too long, what it does not understand, and when its time is up', async () => {
    await start();
    const long = await connect();
    long.send({ type: 'Speak', text: 'a'.repeat(2_001) });
    expect(await long.closed).toMatchObject({
      code: 1009,
      reason: expect.stringMatching(/^BIG-0001/u) as string,
    });
    const odd = await connect();
    odd.send('Speak up!');
    expect(await odd.closed).toMatchObject({
      code: 1008,
      reason: expect.stringMatching(/^DATA-0000/u) as string,
    });
    const much = await connect();
    for (const length of [1_200, 1_200, 1]) much.send({ type: 'Speak', text: 'a'.repeat(length) });
    expect(await much.closed).toMatchObject({
      code: 1008,
      reason: expect.stringMatching(/^DATA-0001/u) as string,
    });
    await server.set({ limits: { lifetimeMs: 30 } });
    expect(await (await connect()).closed).toMatchObject({
      code: 1011,
      reason: expect.stringMatching(/^NET-0003/u) as string,
    });
  });

  it('should finish on Close', async () => {
    await start();
    const client = await connect();
    client.send({ type: 'Speak', text: 'Bye.' });
    client.send({ type: 'Close' });
    expect((await client.closed).code).toBe(1000);
    expect(client.audioBytes).toBe(bytesOf(4));
  });

  it('should work with the official SDK', async () => {
    await start();
    const sdk = new DeepgramClient({ apiKey: 'key', baseUrl: server.url.replace('http', 'ws') });
    const socket = await sdk.speak.v1.connect({
      model: 'aura-2-thalia-en',
      encoding: 'linear16',
      sample_rate: '16000',
      reconnectAttempts: 0,
    });
    socket.connect();
    const received: (ArrayBuffer | string)[] = [];
    const flushed = new Promise(resolve =>
      socket.socket.addEventListener('message', ({ data }: { data: ArrayBuffer | string }) => {
        received.push(data);
        if (typeof data === 'string' && data.includes('Flushed')) resolve(data);
      }),
    );
    await socket.waitForOpen();
    const closed = firstValueFrom(server.event$.pipe(ofType('closed')));
    socket.sendText({ type: 'Speak', text: 'Hello you.' });
    socket.sendFlush({ type: 'Flush' });
    await flushed;
    const audio = received.filter(data => data instanceof ArrayBuffer);
    expect(audio.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(bytesOf(10));
    socket.sendClose({ type: 'Close' });
    expect(await closed).toMatchObject({ endpoint: 'aura', by: 'server', code: 1000 });
  });
});
