import { bufferCount, firstValueFrom } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { ofType } from '../../lib/index.ts';
import {
  type DeepgramServer,
  deepgramServer,
  type DeepgramServerOptions,
  type Fault,
  type FaultRule,
  faults,
} from '../../lib/testing/index.ts';
import { Client, isType, type Received, sound } from './deepgramSockets.ts';

let server: DeepgramServer;
const clients: Client[] = [];
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await server.close();
});

const start = async (fault: Fault | FaultRule, options: DeepgramServerOptions = {}) => {
  server = await deepgramServer({
    latencies: { sttMs: 0, ttsMs: 0, ttsSpeed: 1_000, interimEveryMs: 100 },
    script: [{ from: 200, to: 1_000, text: 'Hello there.' }],
    faults: [fault],
    ...options,
  });
};
const paths = {
  nova: '/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000&interim_results=true&endpointing=300',
  flux: '/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000',
  aura: '/v1/speak?model=aura-2-thalia-en&sample_rate=16000',
  fluxTts: '/v2/speak?model=flux-alexis-en&sample_rate=16000',
} as const;
type Path = keyof typeof paths;
const connect = (path: Path = 'nova') => {
  const client = new Client(server.url, paths[path]);
  clients.push(client);
  return client;
};
/** Something to answer. */
const use = (client: Client, path: Path) => {
  if (path === 'nova' || path === 'flux') for (let ms = 0; ms < 1_600; ms += 80) client.send(sound(80));
  else {
    client.send({ type: 'Speak', text: 'This is quite a long sentence.' });
    client.send({ type: 'Flush' });
  }
};
const next = (type: 'fault' | 'closed') => firstValueFrom(server.event$.pipe(ofType(type)));
const everyPath = Object.keys(paths) as Path[];
const isFinal = (received: Received) =>
  isType('Results')(received) && (received as { is_final?: boolean }).is_final === true;

describe('a Deepgram that refuses', () => {
  it.each([
    ['401', 401, 'INVALID_AUTH'],
    ['402', 402, 'ASR_PAYMENT_REQUIRED'],
    ['quota', 402, 'ASR_PAYMENT_REQUIRED'],
    ['403', 403, 'INSUFFICIENT_PERMISSIONS'],
    ['429', 429, 'TOO_MANY_REQUESTS'],
    ['500', 500, 'INTERNAL_SERVER_ERROR'],
  ] as const)('should do so with %s', async (fault, status, code) => {
    await start(fault);
    const refused = await connect().refused();
    expect(refused).toMatchObject({ status, headers: { 'dg-error': expect.any(String) as string } });
    expect(JSON.parse(refused.body!)).toMatchObject({
      err_code: code,
      request_id: refused.headers!['dg-request-id'],
    });
    expect(refused.headers).not.toHaveProperty('retry-after');
    expect(server.events).toContainEqual(expect.objectContaining({ type: 'refused', status }));
  });

  it('should say when to try again, or answer with a page', async () => {
    await start({ fault: '429-retry-after', retryAfter: 3 });
    expect((await connect().refused()).headers).toMatchObject({ 'retry-after': '3' });
    await server.set({ faults: ['503-html'] });
    expect(await connect().refused()).toMatchObject({
      status: 503,
      headers: { 'content-type': 'text/html' },
    });
  });

  it('should close its port, and open it again', async () => {
    await start('refused');
    expect((await connect().refused()).message).toContain('ECONNREFUSED');
    await server.set({ faults: [{ fault: 'refused', nth: 2 }] });
    await connect().opened();
    expect((await connect().refused()).message).toMatch(/ECONNRESET|hang up/u);
    await connect().opened();
  });

  it('should never answer the handshake', async () => {
    await start('no-answer');
    const client = connect();
    await next('fault');
    const closed = next('closed');
    client.socket.terminate();
    await closed;
    expect(server.connections).toBe(0);
  });
});

describe('a Deepgram that fails in the middle', () => {
  it.each(everyPath.map(path => [path] as const))('should be cut, close or fail: %s', async path => {
    await start('cut');
    for (const [fault, code] of [
      ['cut', 1006],
      ['end', 1000],
      ['net-0000', 1011],
      ['net-0001', 1011],
      ['error-frame', 1011],
      ['bad-frame', 1006],
    ] as const) {
      await server.set({ faults: [{ fault, after: 1 }] });
      const client = await connect(path).opened();
      use(client, path);
      expect([fault, (await client.closed).code]).toEqual([fault, code]);
      if (fault === 'error-frame') expect(client.all('Error')).toHaveLength(1);
    }
  });

  it.each(everyPath.map(path => [path] as const))(
    'should fall silent, answering pings or not: %s',
    async path => {
      await start('stall');
      for (const fault of ['mute', 'stall', 'half-open'] as const) {
        await server.set({ faults: [{ fault, ...(fault === 'stall' && { after: 1 }) }] });
        const struck = next('fault');
        const client = await connect(path).opened();
        use(client, path);
        expect(await struck).toMatchObject({ fault, endpoint: path });
        let pongs = 0;
        client.socket.on('pong', () => pongs++);
        client.socket.ping();
        await new Promise(resolve => setTimeout(resolve, 30));
        expect([fault, pongs, client.received.length]).toEqual([
          fault,
          fault === 'half-open' ? 0 : 1,
          { mute: 0, stall: 1, 'half-open': client.received.length }[fault],
        ]);
        expect(client.socket.readyState).toBe(client.socket.OPEN);
        client.socket.terminate();
      }
    },
  );

  it('should send invalid JSON or unknown messages, and go on', async () => {
    await start({ fault: 'garbage', after: 1 });
    const client = await connect().opened();
    use(client, 'nova');
    await client.until(isFinal);
    expect(client.received.filter(received => typeof received === 'string')).toHaveLength(1);
    await server.set({ faults: ['unknown-messages'] });
    const other = await connect().opened();
    use(other, 'nova');
    await other.until(isFinal);
    expect(other.all('FromTheFuture').length).toBeGreaterThan(3);
  });

  it('should take its time to connect, and keep the latencies that are not changed', async () => {
    await start('cut', { faults: [], latencies: { ttsMs: 0, ttsSpeed: 1_000 } });
    await server.set({ latencies: { connectMs: 60 } });
    const before = performance.now();
    const client = await connect('aura').opened();
    expect(performance.now() - before).toBeGreaterThan(50);
    use(client, 'aura');
    await client.until(isType('Flushed'));
    expect(performance.now() - before).toBeLessThan(1_000); // at eight times real time it would take longer

    const hasty = connect('aura');
    const bothClosed = firstValueFrom(server.event$.pipe(ofType('closed'), bufferCount(2)));
    await firstValueFrom(server.event$.pipe(ofType('opened')));
    hasty.socket.terminate();
    client.socket.close();
    await bothClosed;
    expect(server.connections).toBe(0);
  });

  it('should be slow', async () => {
    await start({ fault: 'slow', delayMs: 60 });
    const client = await connect('aura').opened();
    const before = performance.now();
    await client.until(isType('Metadata'));
    expect(performance.now() - before).toBeGreaterThan(50);
  });

  it('should hear at 1.25 times real time at most', async () => {
    await start('throttle');
    const client = await connect().opened();
    const before = performance.now();
    use(client, 'nova');
    await client.until(isFinal);
    expect(performance.now() - before).toBeGreaterThan(900);
  });

  it('should leave Finalize unanswered, or the end of speech unnoticed', async () => {
    await start('no-finalize');
    const client = await connect().opened();
    client.send(sound(1_000));
    client.send({ type: 'Finalize' });
    client.send({ type: 'CloseStream' });
    await client.closed;
    expect(client.received.some(received => (received as { from_finalize?: boolean }).from_finalize)).toBe(
      false,
    );

    await server.set({ faults: ['no-endpoint'] });
    const endless = await connect().opened();
    for (let ms = 0; ms < 4_000; ms += 100) endless.send(sound(100));
    endless.send({ type: 'Finalize' });
    await endless.until(isFinal);
    expect(endless.received.filter(isFinal)).toMatchObject([
      { from_finalize: true, channel: { alternatives: [{ transcript: 'hello there' }] } },
    ]);
  });

  it('should close without a code after CloseStream', async () => {
    await start('close-1005');
    const client = await connect().opened();
    client.send({ type: 'CloseStream' });
    expect((await client.closed).code).toBe(1005);
  });

  it('should strike what is open from outside, where it is meant', async () => {
    await start({ fault: 'cut', nth: 99 });
    const [nova, flux] = [await connect('nova').opened(), await connect('flux').opened()];
    server.strike('cut', 'flux');
    expect((await flux.closed).code).toBe(1006);
    use(nova, 'nova');
    await nova.until(isFinal);
    expect(server.connections).toBe(1);
  });
});

describe('the faults', () => {
  it('should be known, and strike from outside only what is in the middle of something', async () => {
    await start('cut');
    await expect(deepgramServer({ faults: ['boredom' as Fault] })).rejects.toThrow(
      /no fault "boredom".*no-answer/u,
    );
    await expect(server.set({ faults: ['boredom' as Fault] })).rejects.toThrow(/no fault/u);
    expect(() => server.strike('429')).toThrow(/429/u);
  });

  it('should each say what they are, and where', () => {
    for (const [name, { what, endpoints }] of Object.entries(faults)) {
      expect(name).toMatch(/^[a-z0-9-]+$/u);
      expect(what).not.toBe('');
      expect(endpoints.length).toBeGreaterThan(0);
    }
  });
});

describe('a loopback server', () => {
  it('should leave nothing behind when it is closed, whatever is open', async () => {
    await start({ fault: 'half-open', on: 'flux' });
    await connect('nova').opened();
    await connect('flux').opened();
    const speaking = await connect('aura').opened();
    use(speaking, 'aura');
    const ended = firstValueFrom(server.event$, { defaultValue: undefined });
    await server.close();
    await ended;
    await Promise.all(clients.map(({ closed }) => closed));
    expect(server.sockets).toBe(0);
    expect((await connect().refused()).message).toContain('ECONNREFUSED');
  });
});
