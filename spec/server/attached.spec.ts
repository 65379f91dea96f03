import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2SecureServer,
  type Http2Server,
} from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { voiceServer, type VoiceServer } from '../../lib/server/index.ts';
import { TestClient } from './client.ts';
import { scripted } from './serving.ts';

describe('a voice server on an HTTP server of one’s own', () => {
  let server: Server;
  let url: string;
  const voices: VoiceServer[] = [];
  const attach = (path: string): void => {
    const attached = voiceServer({ call: () => scripted(), path, endpoints: true });
    voices.push(attached);
    attached.attach(server);
  };
  const listen = async (
    app?: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<void> => {
    server = createServer(app);
    attach('/call');
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  /** A raw request, for bytes that no client sends. */
  const ask = async (path: string, upgrade: string): Promise<Socket> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, close\r\nUpgrade: ${upgrade}\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    return socket;
  };
  const answer = async (socket: Socket): Promise<string> => {
    let text = '';
    socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
    await once(socket, 'close');
    return text;
  };
  beforeEach(() => listen());
  afterEach(() => {
    for (const attached of voices.splice(0)) attached.close();
    server.closeAllConnections();
    server.close();
  });

  it('should outlive upgrades to unserved paths that are reset at once', async () => {
    for (let at = 0; at < 50; at++) {
      const socket = await ask('/nowhere', 'websocket');
      socket.resetAndDestroy();
    }
    const client = await new TestClient(`${url}/call`).opened();
    await client.hello();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('should answer an upgrade to an unserved path, also where several voice servers listen', async () => {
    attach('/support');
    expect(await answer(await ask('/nowhere', 'websocket'))).toMatch(/^HTTP\/1\.1 404 /u);
    for (const path of ['/call', '/support']) await (await new TestClient(`${url}${path}`).opened()).hello();
  });

  it('should leave such an upgrade to another listener', async () => {
    server.on('upgrade', (_request: IncomingMessage, socket: Socket) => socket.end('mine'));
    expect(await answer(await ask('/nowhere', 'websocket'))).toBe('mine');
  });

  it('should answer a request that offers HTTP/2 as any other', async () => {
    expect(await answer(await ask('/healthz', 'h2c'))).toMatch(/^HTTP\/1\.1 200 /u);
    expect(await answer(await ask('/nowhere', 'h2c'))).toMatch(/^HTTP\/1\.1 404 /u);
  });

  it.each([
    ['with its length', 'Content-Length: 11\r\n\r\nhello world'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'],
  ])('should hand the body of a POST that offers HTTP/2 to the program, sent %s', async (_, sent) => {
    server.close();
    const upgrades: unknown[] = [];
    await listen((request, response) => {
      upgrades.push(request.headers.upgrade, request.headers.connection, request.headers['http2-settings']);
      let body = '';
      request.on('data', (bytes: Buffer) => (body += bytes.toString()));
      request.on('end', () => response.end(`${request.method} ${request.url} ${body}.`));
    });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const [head, body] = sent.split(/(?<=\r\n\r\n)/u, 2) as [string, string];
    const rest = sent.slice(head.length + body.length);
    const offer = (more: string) =>
      `POST /form?a=b HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings${more}\r\n` +
      `Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n${head}`;
    let answers = '';
    socket.on('data', (bytes: Buffer) => (answers += bytes.toString()));
    // In two pieces, and twice on the same connection.
    socket.write(offer('') + body.slice(0, 3));
    await new Promise(resolve => setImmediate(resolve));
    socket.write(body.slice(3) + rest);
    await expect.poll(() => answers).toContain('POST /form?a=b hello world.');
    socket.write(offer(', close') + body + rest);
    await once(socket, 'close');
    expect(answers.match(/hello world\./gu)).toHaveLength(2);
    // The offer itself may be seen where Node asks before it upgrades, and is not seen where it is read once more.
    expect(upgrades).toHaveLength(6);
  });

  it.each(['websocket', 'h2c'])(
    'should keep no connection of a client that offers %s and stays half open',
    async upgrade => {
      const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => undefined);
      socket.resume();
      socket.write(
        `GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, close\r\nUpgrade: ${upgrade}\r\n` +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      );
      await once(socket, 'end');
      const connections = (): Promise<number> =>
        new Promise(resolve => server.getConnections((_, count) => resolve(count)));
      await expect.poll(connections).toBe(0);
      socket.destroy();
    },
  );

  it('should leave /metrics, /healthz and /readyz to the program by default', async () => {
    server.close();
    server = createServer((request, response) => response.end(`the program's ${request.url}`));
    const attached = voiceServer({ call: () => scripted() });
    voices.push(attached);
    attached.attach(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const path of ['/metrics', '/healthz', '/readyz', '/', '/token', '/config.json'])
      expect(await (await fetch(`${url}${path}`)).text()).toBe(`the program's ${path}`);
  });

  it('should take whatever server a framework returns: HTTP/2 too', async () => {
    const http2 = createHttp2Server((_, response) => response.end('the program'));
    // Result of the `serve` of Hono's Node adapter, by its type.
    const any: Server | Http2Server | Http2SecureServer = http2;
    const attached = voiceServer({ call: () => scripted(), endpoints: true });
    voices.push(attached);
    attached.attach(any);
    http2.listen(0, '127.0.0.1');
    await once(http2, 'listening');
    const session = connectHttp2(`http://127.0.0.1:${(http2.address() as AddressInfo).port}`);
    const asked = async (path: string): Promise<string> => {
      const stream = session.request({ ':path': path });
      let body = '';
      stream.on('data', (bytes: Buffer) => (body += bytes.toString()));
      await once(stream, 'end');
      return body;
    };
    expect([await asked('/healthz'), await asked('/')]).toEqual(['ok', 'the program']);
    session.close();
    http2.close();
  });

  it('should let the program answer what is not its own', async () => {
    server.close();
    await listen((_request, response) => response.end('the page'));
    expect(await (await fetch(`${url}/`)).text()).toBe('the page');
    expect(await answer(await ask('/', 'h2c'))).toMatch(/the page/u);
  });

  it('should answer what is its own before any listener of the program, also one that came later', async () => {
    const asked: unknown[] = [];
    server.on('request', ({ url: path }: IncomingMessage, response: ServerResponse) => {
      asked.push(path);
      response.writeHead(200).end('late');
    });
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok');
    expect(await (await fetch(`${url}/`)).text()).toBe('late');
    expect(asked).toEqual(['/']);
  });

  it('should go on with a call whose former connection says good-bye after it was replaced', async () => {
    const first = await new TestClient(`${url}/call`).opened();
    const { call, secret } = await first.hello();
    // Messages to it are lost; its good-bye arrives.
    first.socket.pause();
    const second = await new TestClient(`${url}/call`).opened();
    await second.hello({ resume: { call, secret, seq: 0, reply: 0, samples: 0 } });
    first.socket.close(1001);
    first.socket.resume();
    await first.closed;
    second.speak(900);
    await second.event('bot.spoke');
    expect(second.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('should end a call whose client floods it with messages without a sample', async () => {
    const client = await new TestClient(`${url}/call`).opened();
    await client.hello();
    for (let at = 0; at < 10_000; at++) client.socket.send(new Uint8Array(0));
    expect((await client.closed).code).toBe(4429);
  });

  it('should not wait long for the good-bye of a client that it sent away', async () => {
    const client = await new TestClient(`${url}/call`).opened();
    await client.hello();
    client.say({ type: 'sing' });
    client.socket.pause(); // nor does it read that it is to go
    const connections = (): Promise<number> =>
      new Promise(resolve => server.getConnections((_, count) => resolve(count)));
    await expect.poll(connections, { timeout: 10_000 }).toBe(0);
  });
});

describe('the options of a voice server', () => {
  const call = (): ReturnType<typeof scripted> => scripted();

  it.each([
    [{ call: undefined }, /call: expected a function that sets up a call, but got nothing/u],
    [{ path: 'call' }, /path: expected a path that begins with a slash.* but got "call"/u],
    [{ origins: 'https://example.com' }, /origins: expected a list of origins, or "any"/u],
    [{ origins: ['https://example.com/'] }, /origins\.0: expected an origin without a path/u],
    [{ limits: { calls: -9 } }, /limits\.calls: expected a number of at least 0, or Infinity, but got -9/u],
    [{ limits: { idleMs: 0 } }, /limits\.idleMs: expected a number of at least 1/u],
    [{ limits: { pingMs: '5000' } }, /limits\.pingMs: expected .* but got "5000"/u],
    [{ twilio: {} }, /twilio\.authToken: expected the auth token of your Twilio account, or false/u],
    [{ twilio: { authToken: '' } }, /twilio\.authToken: expected the auth token/u],
    [{ tell: ['bot.tokens'] }, /tell\.0: expected the name of an event, but got "bot.tokens"/u],
    [{ tokenSecret: 5 }, /tokenSecret: expected a text, but got nothing that can be one/u],
    [{ orgins: 'any' }, /orgins: there is no such option; check its spelling/u],
    [{ limits: { call: 9 } }, /limits\.call: there is no such option/u],
  ])('should be refused where they can not be: %j', (wrong, message) => {
    expect(() => voiceServer({ call, ...wrong } as Parameters<typeof voiceServer>[0])).toThrow(message);
  });

  it('should all be served at once', () => {
    const wrong = { call, path: 5, limits: { calls: 'many' } } as unknown as Parameters<
      typeof voiceServer
    >[0];
    expect(() => voiceServer(wrong)).toThrow(/path: [^]*limits\.calls: /u);
  });
});
