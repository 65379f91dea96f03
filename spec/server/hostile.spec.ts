import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { closeCodes } from '../../lib/server/index.ts';
import { TestClient } from './client.ts';
import { type Serving, serving } from './serving.ts';

const good = 20;
const hostile = 10_000;

/** Messages of an attacker or a faulty client. */
const messages: readonly (string | Uint8Array | object)[] = [
  '',
  'hello',
  '{',
  'null',
  '[]',
  '"hello"',
  '9'.repeat(10_000),
  '['.repeat(30_000),
  `{"a":${'{"a":'.repeat(9_000)}`,
  new Uint8Array(0),
  new Uint8Array(1),
  new Uint8Array(640),
  new Uint8Array(32_002),
  new Uint8Array(70_000),
  { type: 'hello', token: 7 },
  { type: 'hello', token: 'x'.repeat(5_000) },
  { type: 'hello', resume: {} },
  { type: 'hello', resume: { call: '__proto__', secret: '', seq: 0, reply: 0, samples: 0 } },
  { type: 'hello', resume: { call: 'x', secret: 'é', seq: -1, reply: 1e309, samples: 0.5 } },
  { type: 'hello', data: { __proto__: { polluted: true }, constructor: { prototype: { polluted: true } } } },
  { type: 'played', reply: 1, samples: 1e15 },
  { type: 'played', reply: Number.MAX_SAFE_INTEGER + 1, samples: -1 },
  { type: 'hangup' },
  { type: ['hello'] },
  { type: 'constructor' },
];
const legal = { type: 'hello', acknowledges: true };

describe('a server among hostile clients', () => {
  let server: Serving;
  beforeAll(async () => {
    server = await serving({
      limits: { calls: 1_000, helloMs: 2_000, resumeMs: 200 },
      twilio: { authToken: false },
    });
  });
  afterAll(() => server.stop());

  it('should have its good calls as ever while 10,000 messages and half-open connections come', async () => {
    let over = false;
    /** A good call: one after the other has a whole conversation. */
    const goodCall = async (): Promise<number> => {
      let calls = 0;
      do {
        const client = await new TestClient(`${server.url}/call`).opened();
        await client.hello();
        await client.event('call.ready');
        client.speak(900);
        await client.event('bot.spoke');
        const { turn } = await client.next('metrics');
        expect(turn.outcome).toBe('spoken');
        const { samples } = await client.next('replyEnd');
        expect(client.samples[1]).toBe(samples);
        client.say({ type: 'hangup' });
        expect(await client.closed).toMatchObject({ code: 1000 });
        calls += 1;
      } while (!over);
      return calls;
    };

    /** A bad one: says something legal or not, then something else. */
    let sent = 0;
    const codes = new Map<number, number>();
    const badCall = async (seed: number): Promise<void> => {
      const path = seed % 5 === 0 ? '/twilio' : '/call';
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`);
      socket.on('error', () => undefined);
      const closed = once(socket, 'close') as Promise<[number]>;
      const opened = await Promise.race([once(socket, 'open').then(() => true), closed.then(() => false)]);
      if (opened) {
        if (seed % 2 === 0) socket.send(JSON.stringify(legal));
        for (let at = 0; at < 10 && socket.readyState === socket.OPEN; at++) {
          const message = messages[(seed * 7 + at * 3) % messages.length]!;
          sent += 1;
          socket.send(
            typeof message === 'string' || message instanceof Uint8Array ? message : JSON.stringify(message),
          );
          if (seed % 3 === 0) await sleep(0);
        }
        if (seed % 11 === 0) socket.terminate();
      }
      const timeout = sleep(3_000).then(() => (socket.terminate(), [0] as [number]));
      const [code] = await Promise.race([closed, timeout]);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    };

    /** Bytes that are no WebSocket at all, and connections that say nothing or half of something. */
    const rawCall = async (seed: number): Promise<void> => {
      const { port } = new URL(server.url);
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      const upgrade =
        'GET /call HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
      const openings = [
        '',
        'GET //// HTTP/1.1\r\nHost: x\r\n\r\n',
        'GET //[ HTTP/1.1\r\nHost: [\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
        upgrade.slice(0, 60),
        upgrade.replace('dGhlIHNhbXBsZSBub25jZQ==', 'x'),
        upgrade,
        upgrade.replace('Host: x', 'Host: x\r\nOrigin: :::'),
      ];
      socket.write(openings[seed % openings.length]!);
      if (seed % 2 === 0) socket.write(randomBytes(200));
      await sleep(seed % 3 === 0 ? 400 : 5);
      socket.destroy();
    };

    const goodCalls = Array.from({ length: good }, goodCall);
    for (let seed = 0; sent < hostile; seed += 320) {
      await Promise.all([
        ...Array.from({ length: 320 }, (_, at) => badCall(seed + at)),
        ...Array.from({ length: 32 }, (_, at) => rawCall(seed / 10 + at)),
      ]);
    }
    over = true;
    const calls = await Promise.all(goodCalls);
    expect(Math.min(...calls)).toBeGreaterThanOrEqual(1);
    expect(sent).toBeGreaterThanOrEqual(hostile);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    // Each was sent away with a reason: its code.
    const allowed = new Set<number>([...Object.values(closeCodes), 1000, 1006, 1009]);
    expect([...codes.keys()].filter(code => !allowed.has(code))).toEqual([]);
    expect(codes.get(closeCodes.malformed)).toBeGreaterThan(100);

    // And nothing is left of any of them.
    await expect
      .poll(async () => (await fetch(`${server.url}/metrics`)).text(), { timeout: 5_000 })
      .toMatch(/^rxvoice_calls 0$/mu);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  }, 120_000);
});
