import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { merge, type Observable, of } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import type WebSocket from 'ws';
import type { ConversationEvent } from '../../lib/index.ts';
import { closeCodes, mintToken, type ServeOptions } from '../../lib/server/index.ts';
import { TestClient } from './client.ts';
import { scripted, type Serving, serving } from './serving.ts';

const secret = 'a secret of at least thirty-two characters';

/** A conversation in which something is wrong inside. */
const withWarning = (event$: Observable<ConversationEvent>): Observable<ConversationEvent> =>
  merge(
    of<ConversationEvent>({
      type: 'call.warning',
      stage: 'llm',
      message: 'No answer from http://10.0.0.7:11434.',
    }),
    event$,
  );

/** Everything a stranger can hold has an end: these hold it. */
describe('a server under attack', () => {
  const servers: Serving[] = [];
  const clients: TestClient[] = [];
  const raws: Socket[] = [];
  const start = async (options?: Partial<ServeOptions>): Promise<Serving> => {
    const server = await serving(options);
    servers.push(server);
    return server;
  };
  const client = (
    { url }: Serving,
    options?: ConstructorParameters<typeof TestClient>[1],
  ): Promise<TestClient> => {
    const one = new TestClient(`${url}/call`, options);
    clients.push(one);
    return one.opened();
  };
  /** A connection that sends these bytes, reads, and never closes. */
  const raw = ({ url }: Serving, text: string, host = '127.0.0.1'): Socket => {
    const socket = connect({ port: Number(new URL(url).port), host, allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write(text);
    raws.push(socket);
    return socket;
  };
  const upgrade = (path: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  /** The socket under a client, for bytes that no library sends. */
  const wire = ({ socket }: TestClient): Socket =>
    (socket as WebSocket & { readonly _socket: Socket })._socket;
  /** A masked frame of up to 125 bytes. */
  const frame = (first: number, payload = Buffer.alloc(0)): Buffer =>
    Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
  // At the end: those that wait for a good-bye that does not come, two seconds, do so at once.
  afterAll(() => {
    for (const one of clients.splice(0)) one.vanish();
    for (const one of raws.splice(0)) one.destroy();
    for (const server of servers.splice(0)) server.stop();
  });

  it.each(['/nowhere', '/twilio'])(
    'should destroy the connection of an upgrade to %s that it refused, though its other end stays open',
    async path => {
      const server = await start({ twilio: { authToken: '12345' } });
      const sockets = Array.from({ length: 20 }, () => raw(server, upgrade(path)));
      // Only the server ends a half-open connection: then a write to it is answered by a reset.
      await Promise.all(
        sockets.map(async socket => {
          socket.resume();
          await once(socket, 'end');
          const closed = new Promise(resolve => socket.on('close', resolve));
          const writing = setInterval(() => socket.write('x'), 5);
          await closed;
          clearInterval(writing);
        }),
      );
    },
  );

  it('should end at once though upgrades that it refused are still open', async () => {
    const server = await start();
    const socket = raw(server, upgrade('/nowhere'));
    socket.resume();
    await once(socket, 'end');
    server.stop();
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  });

  it('should give the places of silent connections to those who say what they want', async () => {
    const server = await start({ limits: { calls: 2, helloMs: 30_000 } });
    // As many as there are places: they say nothing, and do not answer when they are sent away.
    const silent = Array.from({ length: 20 }, () => raw(server, upgrade('/call')));
    await Promise.all(silent.map(socket => once(socket, 'data')));
    for (let at = 0; at < 2; at++) await (await client(server)).hello();
    expect(server.events.filter(({ type }) => type === 'placed')).toHaveLength(2);
  });

  it('should give the places of calls that were dropped before a word to those who call', async () => {
    const server = await start({ limits: { calls: 3, resumeMs: 60_000 } });
    for (let at = 0; at < 3; at++) {
      const dropped = await client(server);
      await dropped.hello();
      dropped.vanish();
    }
    await expect.poll(() => server.events.filter(({ type }) => type === 'detached').length).toBe(3);
    const good = await client(server);
    await good.hello();
    expect(await server.next('ended')).toMatchObject({ code: closeCodes.gone });
    // One that spoke for a second and lost its connection keeps its place.
    good.speak(1_000);
    await good.next('received', ({ samples }) => samples === 16_000);
    good.vanish();
    await expect.poll(() => server.events.filter(({ type }) => type === 'detached').length).toBe(4);
    for (let at = 0; at < 2; at++) await (await client(server)).hello();
    const late = await client(server);
    late.say({ type: 'hello' });
    expect((await late.closed).code).toBe(closeCodes.full);
  });

  it('should wait only a moment for a caller that was lost before a word', async () => {
    const server = await start({ limits: { resumeMs: 60_000 } });
    const dropped = await client(server);
    await dropped.hello();
    dropped.vanish();
    expect(await server.next('ended')).toMatchObject({ code: closeCodes.gone });
  }, 20_000);

  it('should let no user have all the calls', async () => {
    const server = await start({ tokenSecret: secret, limits: { calls: 4 } });
    const placing = async (user?: string): Promise<number | undefined> => {
      const one = await client(server);
      one.say({ type: 'hello', token: mintToken(secret, { user }) });
      return Promise.race([
        one.next('welcome').then(
          () => undefined,
          () => one.closed,
        ),
        one.closed,
      ]).then(closed => closed?.code);
    };
    expect([await placing('ada'), await placing('ada'), await placing('ada')]).toEqual([
      undefined,
      undefined,
      closeCodes.tooMany,
    ]);
    expect([await placing('bob'), await placing(), await placing()]).toEqual([
      undefined,
      undefined,
      closeCodes.full,
    ]);
    const { reason, address } = await server.next('refused');
    expect([reason, address]).toEqual(['This user has as many calls as one may have.', '127.0.0.1']);
  });

  it('should let no address have all the calls, nor all the connections', async () => {
    const addressOf: ServeOptions['addressOf'] = ({ headers }) => String(headers['x-address']);
    const server = await start({ addressOf, limits: { calls: 20, callsPerAddress: 1, helloMs: 30_000 } });
    const from = (address: string) => client(server, { headers: { 'x-address': address } });
    const first = await from('203.0.113.9');
    await first.hello();
    const second = await from('203.0.113.9');
    second.say({ type: 'hello' });
    expect((await second.closed).code).toBe(closeCodes.tooMany);
    expect(await server.next('refused')).toMatchObject({ address: '203.0.113.9' });
    await (await from('203.0.113.10')).hello();
    // Of one network: one caller.
    await (await from('2001:db8::1')).hello();
    const neighbour = await from('2001:db8::2');
    neighbour.say({ type: 'hello' });
    expect((await neighbour.closed).code).toBe(closeCodes.tooMany);
    // Its eighteenth connection and more take the place of its own.
    const many = await Promise.all(Array.from({ length: 40 }, () => from('203.0.113.9')));
    await expect
      .poll(() => many.filter(({ socket }) => socket.readyState === socket.OPEN).length)
      .toBeLessThanOrEqual(18);
    expect(first.socket.readyState).toBe(first.socket.OPEN);
  });

  it('should let no address place calls one after the other as fast as it can', async () => {
    const server = await start({ limits: { calls: 20, callsPerAddress: 2 } });
    const codes: number[] = [];
    for (let at = 0; at < 12; at++) {
      const one = await client(server);
      one.say({ type: 'hello' });
      await Promise.race([one.next('welcome').catch(() => undefined), one.closed]);
      one.socket.close(1000);
      codes.push((await one.closed).code);
    }
    expect(codes.slice(0, 10)).toEqual(Array(10).fill(1000));
    expect(codes).toContain(closeCodes.tooMany);
  });

  it.concurrent.each<[string, (one: TestClient) => unknown, number, string]>([
    [
      'a text longer than any of the protocol',
      one => one.say({ type: 'played', reply: 1, samples: 0, more: 'x'.repeat(1_024) }),
      closeCodes.malformed,
      'A text is longer than any of this protocol.',
    ],
    [
      'a flood of pings',
      one => {
        for (let at = 0; at < 100; at++) one.socket.ping();
      },
      closeCodes.tooFast,
      'Too many pings.',
    ],
    [
      'a flood of pongs',
      one => {
        for (let at = 0; at < 100; at++) one.socket.pong();
      },
      closeCodes.tooFast,
      'Too many pings.',
    ],
    [
      'a message in too many fragments',
      one => wire(one).write(Buffer.concat([frame(0x01), ...Array.from({ length: 100 }, () => frame(0x00))])),
      1008,
      'A message comes in too many parts.',
    ],
    ['a reserved opcode', one => wire(one).write(frame(0x83)), 1002, 'Invalid WebSocket data.'],
    [
      'a frame that is not masked',
      one => wire(one).write(Buffer.from([0x82, 1, 0])),
      1002,
      'Invalid WebSocket data.',
    ],
    ['a reserved bit', one => wire(one).write(frame(0xf2)), 1002, 'Invalid WebSocket data.'],
    [
      'a text that is not UTF-8',
      one => wire(one).write(frame(0x81, Buffer.from([0xc3]))),
      1007,
      'A text is not UTF-8.',
    ],
    [
      'a message of 64 KB and more',
      one => one.socket.send('x'.repeat(65_537)),
      1009,
      'A message is too big.',
    ],
  ])('should end the call after %s, which does not come back', async (_, act, code, reason) => {
    const server = await start();
    const one = await client(server);
    const welcome = await one.hello();
    await one.event('call.ready');
    act(one);
    expect(await server.next('ended')).toMatchObject({ code, reason });
    expect((await one.closed).code).toBe(code);
    const again = await client(server);
    again.say({ type: 'hello', ...one.resume(welcome) });
    expect((await again.closed).code).toBe(closeCodes.gone);
  });

  it.concurrent('should answer the pings of a client that asks now and then', async () => {
    const server = await start();
    const one = await client(server);
    await one.hello();
    for (let at = 0; at < 20; at++) {
      one.socket.ping('there?');
      expect(String((await once(one.socket, 'pong'))[0])).toBe('there?');
    }
  });

  it.concurrent.each([
    [30, true],
    [33, false],
    [10_000, false],
  ])('should take data that is nested %i deep: %s', async (depth, taken) => {
    const seen: unknown[] = [];
    const server = await start({
      call: (_, { data }) => {
        seen.push(JSON.stringify(data)); // which would run out of stack
        return scripted();
      },
    });
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const one = await client(server);
      one.say(`{"type":"hello","data":${open.repeat(depth)}1${close.repeat(depth)}}`);
      if (taken) await one.next('welcome');
      else expect((await one.closed).code).toBe(closeCodes.malformed);
    }
    expect(seen).toHaveLength(taken ? 2 : 0);
  });

  it.concurrent(
    'should wait for no request that never ends, nor for one that never begins',
    async () => {
      const server = await start();
      const halves = [
        '',
        'GET / HTTP/1.1\r\nHost: 127.0',
        'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhel',
      ];
      await Promise.all(
        halves.map(async half => {
          const socket = raw(server, half);
          socket.resume();
          await once(socket, 'end');
        }),
      );
    },
    30_000,
  );

  it('should close the oldest of too many connections that are no calls, and not turn new ones away', async () => {
    const server = await start({ limits: { calls: 2 } });
    const call = await client(server);
    await call.hello();
    const idle = Array.from({ length: 300 }, () => raw(server, ''));
    for (const socket of idle) socket.resume();
    await once(idle[0]!, 'end');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(call.socket.readyState).toBe(call.socket.OPEN);
  });

  it('should send pages the stage that warns or fails, and no internals', async () => {
    const server = await start({
      call: () => {
        const voice = scripted();
        return {
          conversation$: (...given: Parameters<typeof voice.conversation$>) =>
            withWarning(voice.conversation$(...given)),
        };
      },
    });
    const one = await client(server);
    await one.hello();
    expect(await one.event('call.warning')).toEqual({ type: 'call.warning', stage: 'llm' });
    expect(JSON.stringify(one.messages)).not.toContain('10.0.0.7');
    await expect
      .poll(() =>
        server.events.some(event => event.type === 'happened' && event.event.type === 'call.warning'),
      )
      .toBe(true);
  });
});
