import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type ConsoleMessage, type Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { executablePath, noChromium } from './chromium.ts';

// Attacks of a web page on `rxvoice serve` on the laptop of its visitor, in a real browser.
if (noChromium !== undefined) console.warn(`Left out: the specs of other pages (${noChromium}).`);
describe.skipIf(noChromium !== undefined)('rxvoice serve and other pages, in Chromium', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** `rxvoice serve` as it was built, offline, and its output. */
  const serving = async (...flags: string[]): Promise<{ port: string; log: () => string }> => {
    const main = join(import.meta.dirname, '../../dist/cli/main.js');
    const server = spawn(process.execPath, [main, 'serve', '--port', '0', ...flags], {
      env: { ...process.env, NO_COLOR: '1', OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    ends.push(() => server.kill('SIGKILL'));
    let out = '';
    server.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
    while (!/http:\S+/u.test(out)) await once(server.stdout, 'data');
    return { port: new URL(/http:\S+/u.exec(out)![0]).port, log: () => out };
  };

  /** A browser for which these names are addresses of this machine, as an attacker's DNS has it. */
  const browsing = async (...names: string[]): Promise<Browser> => {
    const browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        // Chromium's own guard of local networks would come first; other browsers have none.
        '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        `--host-resolver-rules=${names.map(name => `MAP ${name} 127.0.0.1`).join(',')}`,
      ],
    });
    ends.push(() => browser.close());
    return browser;
  };

  /** A foreign page, on this machine at another port. */
  const otherPage = async (): Promise<string> => {
    const server = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Kittens</title>'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => (server.closeAllConnections(), server.close()));
    return String((server.address() as AddressInfo).port);
  };

  /** Result of a page's attempt to call: how the socket was closed, and the token it could read. */
  const attack = async (page: Page, at: string): Promise<{ code: number; token: string }> =>
    page.evaluate<{ code: number; token: string }>(`(async () => {
      const token = await fetch('${at}/token')
        .then(answer => (answer.ok ? answer.text() : 'status ' + answer.status))
        .catch(error => String(error.name));
      const socket = new WebSocket('${at.replace('http', 'ws')}/call', 'rxvoice.v1');
      socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', token }));
      const code = await new Promise(resolve => {
        socket.onclose = event => resolve(event.code);
        socket.onmessage = () => resolve(0);
      });
      return { code, token };
    })()`);

  it('should refuse a page of another origin, and warn its owner', async () => {
    const { port, log } = await serving();
    const other = await otherPage();
    const page = await (await browsing('kittens.example')).newPage();
    for (const origin of [`http://kittens.example:${other}`, `http://localhost:${other}`]) {
      await page.goto(origin);
      const { code, token } = await attack(page, `http://127.0.0.1:${port}`);
      expect([code, token]).toEqual([4403, 'TypeError']); // the browser hands no answer on
      await expect.poll(log).toContain(`Add "${origin}" to origins if they should.`);
    }
    expect(log()).toMatch(/refused from 127\.0\.0\.1: Pages of this origin may not call\..*\(4403\)/u);
  }, 60_000);

  it('should refuse a name that suddenly points to this machine, and warn its owner', async () => {
    const { port, log } = await serving();
    const page = await (await browsing('rebound.example')).newPage();
    // By now the name of the attacker's page is an address of this machine: its requests are of its own origin.
    const answer = await page.goto(`http://rebound.example:${port}/`);
    expect(answer!.status()).toBe(403);
    expect(await page.textContent('body')).toContain('is not a host of this server');
    await expect
      .poll(log)
      .toContain(`"rebound.example:${port}" is not a host of this server. Add it to allowedHosts`);
  }, 60_000);

  it('should refuse it also where a page is still open from before', async () => {
    const { port, log } = await serving();
    const browser = await browsing('rebound.example');
    const page = await browser.newPage();
    // The page came from the attacker's own server; then the name was given the address of this machine.
    await page.route(`http://rebound.example:${port}/`, route =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Kittens</title>' }),
    );
    await page.goto(`http://rebound.example:${port}/`);
    const { code, token } = await attack(page, `http://rebound.example:${port}`);
    expect([code, token]).toEqual([4403, 'status 403']);
    await expect.poll(() => log().match(/not a host of this server/gu)?.length).toBe(2);
  }, 60_000);

  it('should load its own page without a word of the browser about its policy', async () => {
    const { port } = await serving();
    const page = await (await browsing()).newPage();
    const said: string[] = [];
    page.on('console', (message: ConsoleMessage) => said.push(message.text()));
    page.on('pageerror', error => said.push(String(error)));
    await page.goto(`http://localhost:${port}/`);
    await page.locator('#call:focus').waitFor();
    await page.locator('#call').click();
    await page.locator('#state', { hasText: 'Listening' }).waitFor({ timeout: 30_000 });
    await page.locator('#call').click();
    expect(said).toEqual([]);
  }, 60_000);

  it('should say on a page over http from another address that browsers want https', async () => {
    const { port } = await serving('--allowed-host', 'bot.example');
    const page = await (await browsing('bot.example')).newPage();
    await page.goto(`http://bot.example:${port}/`);
    await page.locator('#call:focus').waitFor();
    await page.locator('#call').click();
    await page.locator('#error', { hasText: 'pages over https or of localhost only' }).waitFor();
  }, 60_000);
});
