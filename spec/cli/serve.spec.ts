import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { lineOf } from '../../cli/commands/serve.ts';
import { closeCodes, mintToken } from '../../lib/server/index.ts';
import { inProcess } from './inProcess.ts';
import { TestClient } from '../server/client.ts';

/** Headers of browsers' requests from a page of the server itself. */
const ofItsPage = { headers: { 'sec-fetch-site': 'same-origin' } };

const root = join(import.meta.dirname, '../..');

// The command as its users run it: built, as a process of its own.
describe('rxvoice serve', () => {
  const children: ChildProcess[] = [];
  afterEach(() => children.splice(0).forEach(child => child.kill('SIGKILL')));

  const run = (args: readonly string[], variables: Record<string, string> = {}) => {
    const env = { ...process.env, NO_COLOR: '1', OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };
    const child = spawn(process.execPath, [join(root, 'dist/cli/main.js'), 'serve', ...args], {
      env: { ...env, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const texts = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString()));
    const exit = once(child, 'close').then(([code]) => code as number | null);
    const url = async (): Promise<string> => {
      while (!/http:[^\s"]+/u.test(texts.out)) await once(child.stdout, 'data');
      return /http:[^\s"]+/u.exec(texts.out)![0];
    };
    return { child, texts, exit, url };
  };

  it('should take calls, log them as JSON, let them end after SIGTERM, and exit with 0', async () => {
    const { child, texts, exit, url } = run(['--port', '0', '--json']);
    const address = await url();
    const token = await (await fetch(`${address}/token`, ofItsPage)).text();
    const refused = await new TestClient(`${address}/call`).opened();
    refused.say({ type: 'hello' });
    expect((await refused.closed).code).toBe(closeCodes.unauthorised);

    const client = await new TestClient(`${address}/call`).opened();
    const { call } = await client.hello({ token });
    await client.event('call.ready');
    child.kill('SIGTERM');
    await expect.poll(async () => (await fetch(`${address}/readyz`)).status).toBe(503);
    const late = await new TestClient(`${address}/call`).opened();
    late.say({ type: 'hello', token });
    expect((await late.closed).code).toBe(closeCodes.draining);
    client.say({ type: 'hangup' });
    expect((await client.closed).code).toBe(1000);
    expect(await exit).toBe(0);

    const lines = texts.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ message }) => message)).toEqual([
      'listening',
      'connection refused',
      'call placed',
      'connection refused',
      'call ended',
    ]);
    expect(lines[2]).toMatchObject({ call, transport: 'web' });
    expect(texts.out + texts.err).not.toContain(token);
  }, 60_000);

  /** A call over the page's way, which is running. */
  const calling = async (address: string): Promise<TestClient> => {
    const token = await (await fetch(`${address}/token`, ofItsPage)).text();
    const client = await new TestClient(`${address}/call`).opened();
    await client.hello({ token });
    await client.event('call.ready');
    return client;
  };

  it('should take as many calls as configured, and end them when they may not go on', async () => {
    const { child, exit, url } = run(['--port', '0', '--calls', '1', '--drain', '0']);
    const address = await url();
    const client = await calling(address);
    const token = await (await fetch(`${address}/token`, ofItsPage)).text();
    const second = await new TestClient(`${address}/call`).opened();
    second.say({ type: 'hello', token });
    expect((await second.closed).code).toBe(closeCodes.full);
    child.kill('SIGTERM');
    expect((await client.closed).code).toBe(1001);
    expect(await exit).toBe(0);
  }, 60_000);

  it('should end its calls, with a close code, at a second SIGTERM', async () => {
    const { child, exit, url } = run(['--port', '0']);
    const address = await url();
    const client = await calling(address);
    child.kill('SIGTERM');
    await expect.poll(async () => (await fetch(`${address}/readyz`)).status).toBe(503);
    child.kill('SIGTERM');
    expect((await client.closed).code).toBe(1001);
    expect(await exit).toBe(143);
  }, 60_000);

  it('should leave the page to your own application when you sign the tokens', async () => {
    const secret = 'a secret of at least thirty-two characters';
    const { url } = run(['--port', '0'], { RXVOICE_TOKEN_SECRET: secret });
    const address = await url();
    expect((await fetch(address)).status).toBe(404);
    expect((await fetch(`${address}/token`, ofItsPage)).status).toBe(404);
    const client = await new TestClient(`${address}/call`).opened();
    expect(await client.hello({ token: mintToken(secret) })).toMatchObject({ resumed: false });
  }, 60_000);

  it('should accept the hosts and the proxies of its flags', async () => {
    const { url } = run(['--port', '0', '--allowed-host', '.example.com', '--proxies', '1', '--json']);
    const address = await url();
    const { port } = new URL(address);
    const status = (headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) =>
        get({ host: '127.0.0.1', port, path: '/', headers }, response =>
          resolve(response.resume().statusCode),
        ).on('error', reject),
      );
    expect(await status({ host: `voice.example.com:${port}` })).toBe(200);
    expect(await status({ host: `localhost:${port}` })).toBe(200);
    expect(await status({ host: `rebound.example.org:${port}` })).toBe(403);
  }, 60_000);

  it('should name the caller that a proxy passed on, and no other', async () => {
    const placedFrom = async (...flags: string[]): Promise<unknown> => {
      const { texts, url } = run(['--port', '0', '--json', ...flags]);
      const address = await url();
      const token = await (await fetch(`${address}/token`, ofItsPage)).text();
      const socket = new WebSocket(`${address.replace('http', 'ws')}/call`, 'rxvoice.v1', {
        headers: { 'x-forwarded-for': '203.0.113.7' },
      });
      socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token })));
      await expect.poll(() => texts.out).toMatch(/call placed/u);
      socket.terminate();
      const line = texts.out.split('\n').find(line => line.includes('call placed'))!;
      return (JSON.parse(line) as { readonly address: unknown }).address;
    };
    expect(await placedFrom('--proxies', '1')).toBe('203.0.113.7');
    expect(await placedFrom()).toBe('127.0.0.1');
  }, 120_000);

  it('should open to all interfaces, and name an address that a browser here can use', async () => {
    const { texts, url } = run(['--port', '0', '--host', '0.0.0.0']);
    const address = await url();
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
    expect((await fetch(address)).status).toBe(200);
    expect(texts.out).not.toContain('http://0.0.0.0');
  }, 60_000);

  it('should show nothing of a stranger that acts on the terminal', () => {
    const reason = 'no page of \u001B]52;c;ZXZpbA==\u0007\u009B2J\u202Eevil\nrefused: me';
    expect(lineOf({ type: 'refused', code: 403, reason, address: '::1\u001B[2J' })).toEqual([
      'refused from ::1: no page of evil refused: me (403)',
    ]);
  });

  it('should say what is wrong, and end with 2', async () => {
    // Nothing is loaded for engines in the cloud, and no call is placed.
    const cloud = ['--stt', 'deepgram', '--tts', 'deepgram'];
    const taken = run([...cloud, '--port', '0'], { DEEPGRAM_API_KEY: 'any' });
    const { port } = new URL(await taken.url());
    const wrong: [string[], Record<string, string>, RegExp][] = [
      [['--port', '1e9'], {}, /--port 1e9: expected a whole number up to 65535/u],
      [['--calls', 'many'], {}, /--calls many/u],
      [['--calls-per-address', '0'], {}, /--calls-per-address 0: expected a whole number from 1/u],
      [['--proxies', 'all'], {}, /--proxies all/u],
      [['--twilio-url', 'wss://x'], {}, /TWILIO_AUTH_TOKEN/u],
      [['--port', port], {}, /another port/u],
      [['--port', '0'], { RXVOICE_TOKEN_SECRET: 'short' }, /32 characters/u],
    ];
    for (const [args, variables, complaint] of wrong) {
      const { code, err } = await inProcess(['serve', ...cloud, ...args], {
        DEEPGRAM_API_KEY: 'any',
        ...variables,
      });
      expect([args, code]).toEqual([args, 2]);
      expect(err).toMatch(complaint);
      expect(err).not.toMatch(/^\s+at /mu);
    }
  }, 60_000);
});
