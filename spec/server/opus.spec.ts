import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { concat, EMPTY, from, ignoreElements, type Observable, tap } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { concatFrames, level, readWav } from '../../lib/audio/index.ts';
import type { AudioFrame, Output } from '../../lib/index.ts';
import { closeCodes, type ServeOptions } from '../../lib/server/index.ts';
import { loadOpus, opusDelay } from '../../lib/server/opus.ts';
import { opusMessage, opusPackets } from '../../lib/server/opusMessage.ts';
import { TestClient } from './client.ts';
import { type Serving, serving } from './serving.ts';

const opus = loadOpus();
const clip = (name: string): AudioFrame =>
  readWav(readFileSync(join(import.meta.dirname, `../../cli/demo/clips/${name}.wav`)));
const { pcm: speech } = concatFrames(['explain', 'interrupt', 'explain'].map(clip));
const second = 16_000;

/** Packets of this, as a browser's encoder makes them: 20 ms each. */
const packetsOf = (pcm: Int16Array): Uint8Array[] => {
  const encoder = opus.encoder();
  return Array.from({ length: Math.floor(pcm.length / 320) }, (_, at) =>
    encoder.encode(pcm.slice(at * 320, (at + 1) * 320)),
  );
};

const joined = (pieces: readonly Int16Array[]): Int16Array =>
  concatFrames(pieces.map(pcm => ({ pcm, sampleRate: second }))).pcm;

/** Similarity of two sounds, 0 … 1, with the second shifted by a number of samples. */
const alike = (one: Int16Array, other: Int16Array, later: number): number => {
  let [product, ones, others] = [0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [one[at]!, other[at + later] ?? 0];
    product += a * b;
    ones += a * a;
    others += b * b;
  }
  return product / Math.sqrt(ones * others || 1);
};

/** By how many samples the second sound comes later than the first, which it must be very like. */
const lag = (one: Int16Array, other: Int16Array): number => {
  const lags = Array.from({ length: 400 }, (_, at) => at - 100);
  const best = lags.reduce((best, later) =>
    alike(one, other, later) > alike(one, other, best) ? later : best,
  );
  expect(alike(one, other, best)).toBeGreaterThan(0.9);
  return best;
};

describe('Opus', () => {
  const servers: Serving[] = [];
  const clients: TestClient[] = [];
  const start = async (options: Partial<ServeOptions> = {}): Promise<Serving> => {
    const server = await serving({ opus: true, ...options });
    servers.push(server);
    return server;
  };
  const connect = (
    { url }: Serving,
    options: ConstructorParameters<typeof TestClient>[1] = { opus },
  ): Promise<TestClient> => {
    const client = new TestClient(`${url}/call`, options);
    clients.push(client);
    return client.opened();
  };
  /** A server that only listens, or speaks this. */
  const plain = (heard: AudioFrame[], says: readonly AudioFrame[] = []): Partial<ServeOptions> => ({
    call: () => ({
      conversation$: (input, output) =>
        concat(
          says.length > 0 ? (output as Output)(from(says)).pipe(ignoreElements()) : EMPTY,
          (input as Observable<AudioFrame>).pipe(
            tap(frame => heard.push(frame)),
            ignoreElements(),
          ),
        ),
    }),
  });
  // At the end: those that wait for a good-bye that does not come, two seconds, do so at once.
  afterAll(() => {
    for (const client of clients.splice(0)) client.vanish();
    for (const server of servers.splice(0)) server.stop();
  });

  it('should be chosen when both sides can, and PCM otherwise', async () => {
    const [able, unable] = [await start(), await start({ opus: false })];
    expect(await (await connect(able)).hello()).toMatchObject({ audio: 'opus' });
    expect(await (await connect(able, {})).hello()).toMatchObject({ audio: 'pcm' });
    expect(await (await connect(able, {})).hello({ audio: ['flac', 'pcm'] })).toMatchObject({ audio: 'pcm' });
    expect(await (await connect(unable)).hello()).toMatchObject({ audio: 'pcm' });
  });

  it('should carry a whole conversation, with the positions of PCM', async () => {
    const client = await connect(await start());
    await client.hello();
    await client.event('call.ready');
    const packets = packetsOf(new Int16Array(900 * 16));
    for (const packet of packets) client.socket.send(opusMessage([packet]));
    expect(await client.event('user.said')).toMatchObject({ text: 'Hello there.' });
    expect(await client.event('bot.spoke')).toMatchObject({ text: 'Hi. How are you?' });
    expect(await client.next('replyEnd')).toMatchObject({ samples: 300 * 16 });
    // All of it came out of the codec, and a little silence.
    expect(client.samples[1]).toBeGreaterThanOrEqual(300 * 16);
    expect(client.samples[1]).toBeLessThan(330 * 16 + 160);
    expect(await client.next('received')).toMatchObject({ samples: packets.length * 320 });
  });

  it('should let the server hear what is said, later by the codec’s delay and nothing else', async () => {
    const heard: AudioFrame[] = [];
    const server = await start(plain(heard));
    const client = await connect(server);
    await client.hello();
    for (const packet of packetsOf(speech)) client.socket.send(opusMessage([packet]));
    client.say({ type: 'hangup' });
    await client.closed;
    expect(new Set(heard.map(({ pcm }) => pcm.length))).toEqual(new Set([320]));
    const all = concatFrames(heard);
    expect(lag(speech.subarray(0, 3 * second), all.pcm)).toBe(opusDelay);
    expect(level(all)).toBeCloseTo(level({ pcm: speech, sampleRate: second }), 2);
  });

  it('should let the client hear what is said, to the sample, in frames of any length', async () => {
    const says: AudioFrame[] = [];
    for (let at = 0; at < 2 * second; at += 231)
      says.push({ pcm: speech.slice(at, Math.min(at + 231, 2 * second)), sampleRate: second });
    const client = await connect(await start(plain([], says)));
    await client.hello();
    const { samples } = await client.next('replyEnd');
    expect(samples).toBe(2 * second);
    await client.heard(1, samples);
    const all = joined(client.pcm).subarray(0, samples);
    expect(lag(speech.subarray(0, second), all)).toBe(0);
    // Its end is there.
    expect(
      alike(speech.subarray(samples - 1_600, samples), all.subarray(samples - 1_600), 0),
    ).toBeGreaterThan(0.9);
  });

  it('should lose no words over a network that was gone, and hear nothing twice', async () => {
    const heard: AudioFrame[] = [];
    const server = await start(plain(heard));
    const first = await connect(server);
    const welcome = await first.hello();
    for (const packet of packetsOf(speech.subarray(0, second))) first.socket.send(opusMessage([packet]));
    await first.next('received', ({ samples }) => samples === second);
    first.vanish();
    await server.next('detached');

    const next = await connect(server);
    const { received } = await next.hello(first.resume(welcome));
    expect(received).toBe(second);
    // From the server's position on: the delay was the first of it. The skipped samples align it to a packet.
    const more = new Int16Array(320 - opusDelay + 2 * second);
    more.set(speech.subarray(received - opusDelay, received - opusDelay + 2 * second), 320 - opusDelay);
    next.say({ type: 'skip', samples: 320 });
    for (const packet of packetsOf(more)) next.socket.send(opusMessage([packet]));
    next.say({ type: 'hangup' });
    await next.closed;
    const all = concatFrames(heard).pcm;
    expect(lag(speech.subarray(0, second - 800), all)).toBe(opusDelay);
    expect(lag(speech.subarray(second - 800, second + 800), all.subarray(second - 800))).toBe(opusDelay);
    expect(lag(speech.subarray(second, 2 * second), all.subarray(second))).toBe(opusDelay);
  });

  it('should go on with a reply where the client’s ends, with a fresh decoder, also as PCM', async () => {
    const says = Array.from({ length: 150 }, (_, at) => ({
      pcm: speech.slice(at * 320, (at + 1) * 320),
      sampleRate: second,
    }));
    const server = await start(plain([], says));
    const first = await connect(server, { opus, hears: false });
    const welcome = await first.hello();
    await first.next('replyEnd');
    first.vanish();
    await server.next('detached');
    for (const [options, pcm] of [
      [{ opus, hears: false }, false],
      [{ hears: false }, true],
    ] as const) {
      const again = await connect(server, options);
      const { call, secret } = welcome;
      await again.hello({ resume: { call, secret, seq: 0, reply: 1, samples: second + 100 } });
      const { from, skip } = await again.next('reply');
      expect([from, skip]).toEqual([second, pcm ? undefined : opusDelay]);
      await again.next('replyEnd');
      const rest = joined(again.pcm);
      expect(lag(speech.subarray(second, 2 * second), rest)).toBe(0);
      again.vanish();
    }
  });

  it.concurrent.each<[string, Uint8Array]>([
    ['no length', Uint8Array.of(7)],
    ['a length beyond the message', Uint8Array.of(200, 0, 1, 2, 3)],
    ['an empty packet', Uint8Array.of(0, 0)],
    ['more than a packet may be', new Uint8Array(2_002).fill(7)],
    ['more than a second', opusMessage(Array<Uint8Array>(51).fill(packetsOf(new Int16Array(320))[0]!))],
    ['a packet of 10 ms', opusMessage([Uint8Array.of(0xb0, 1, 2, 3)])],
    ['two frames in a packet', opusMessage([Uint8Array.of(0xb9, 1, 2, 3, 4)])],
    ['a packet that is corrupt', opusMessage([Uint8Array.of(0xff, 0xff, 0xff)])],
    ['PCM', new Uint8Array(640).fill(99)],
  ])('should close as malformed: %s', async (_, bytes) => {
    const client = await connect(await start());
    await client.hello();
    client.socket.send(bytes);
    expect((await client.closed).code).toBe(closeCodes.malformed);
  });

  it.concurrent('should close what comes faster than it can be spoken', async () => {
    const client = await connect(await start({ limits: { resumeMs: 0 } }));
    await client.hello();
    const message = opusMessage(packetsOf(new Int16Array(second)));
    for (let at = 0; at < 9; at++) client.socket.send(message);
    expect((await client.closed).code).toBe(closeCodes.tooFast);
  });

  it('should serve good calls as usual during 500 calls of random packets', async () => {
    const server = await start({ limits: { calls: 300, resumeMs: 50 } });
    let random = 1;
    const byte = (): number => (random = (random * 48_271) % 2_147_483_647) & 0xff;
    const bad = async (): Promise<number> => {
      const client = new TestClient(`${server.url}/call`, { opus });
      await client.opened();
      const closed = client.closed;
      client.hello().catch(() => undefined);
      // Headers of 20 ms, so that they get as far as they can.
      for (let at = 0; at < 20 && client.socket.readyState === client.socket.OPEN; at++)
        client.socket.send(
          opusMessage([
            Uint8Array.from({ length: 2 + (byte() % 120) }, (_, at) => (at === 0 ? 0xb8 : byte())),
          ]),
        );
      client.say({ type: 'hangup' });
      return (await closed).code;
    };
    const codes = new Set<number>();
    for (let at = 0; at < 500; at += 100)
      for (const code of await Promise.all(Array.from({ length: 100 }, bad))) codes.add(code);
    for (const code of codes) expect([1000, closeCodes.malformed]).toContain(code);
    const good = await connect(server);
    await good.hello();
    await good.event('call.ready');
    for (const packet of packetsOf(new Int16Array(900 * 16))) good.socket.send(opusMessage([packet]));
    await good.event('bot.spoke');
  }, 60_000);

  it('should be a message of packets that is read as it was written', () => {
    const packets = [Uint8Array.of(1), new Uint8Array(1_275).fill(2), Uint8Array.of(3, 4)];
    expect(opusPackets(opusMessage(packets))).toEqual(packets);
    expect(opusPackets(new Uint8Array(0))).toEqual([]);
  });

  it('should say what is missing', () => {
    const require = (): never => {
      throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
    };
    expect(() => loadOpus(require)).toThrow('npm i @evan/opus');
  });
});
