import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { isNearby, networkOf, plainAddress } from '../../lib/server/addressOf.ts';
import { hostAllowed } from '../../lib/server/hosts.ts';
import { closeCodes, forwardedAddress, type ServeOptions } from '../../lib/server/index.ts';
import { originAllowed } from '../../lib/server/origins.ts';
import { TestClient } from './client.ts';
import { type Serving, serving } from './serving.ts';

/** A request that came to an address of this machine, with these headers. */
const asked = (
  headers: Record<string, string>,
  { localAddress = '127.0.0.1', remoteAddress = '127.0.0.1', encrypted = false } = {},
): IncomingMessage =>
  ({
    headers,
    socket: { localAddress, remoteAddress, ...(encrypted && { encrypted }) },
  }) as unknown as IncomingMessage;

describe('the hosts a server may be asked for', () => {
  it.each([
    ['localhost:8080', true],
    ['LOCALHOST', true],
    ['localhost.', true],
    ['app.localhost:1', true],
    ['127.0.0.1:8080', true],
    ['127.8.9.1', true],
    ['[::1]:8080', true],
    ['evil.example:8080', false],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['evil-localhost', false],
    ['192.168.1.5:8080', false],
    ['0.0.0.0:8080', false],
    ['', false],
    ['localhost:8080@evil.example', false],
    ['localhost;evil.example', false],
    ['localhost:80:80', false],
  ])('should be those of this machine for whoever comes from it: %s', (host, allowed) => {
    for (const localAddress of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
      expect(hostAllowed(asked({ host }, { localAddress }), undefined)).toBe(allowed);
    expect(hostAllowed(asked({ host }), [])).toBe(allowed);
  });

  it('should be any by default behind a proxy, and for those that come from elsewhere', () => {
    expect(hostAllowed(asked({ host: 'example.com', 'x-forwarded-for': '1.2.3.4' }), undefined)).toBe(true);
    expect(hostAllowed(asked({ host: 'example.com' }, { localAddress: '192.168.1.5' }), undefined)).toBe(
      true,
    );
    expect(hostAllowed(asked({ host: 'evil.example', 'x-forwarded-for': '1.2.3.4' }), [])).toBe(false);
    expect(hostAllowed(asked({ host: 'evil.example' }), 'any')).toBe(true);
  });

  it.each([
    [['example.com'], 'example.com:8443', true],
    [['example.com'], 'EXAMPLE.com.', true],
    [['Example.com'], 'example.com', true],
    [['example.com'], 'www.example.com', false],
    [['example.com'], 'notexample.com', false],
    [['.example.com'], 'www.example.com', true],
    [['.example.com'], 'example.com', true],
    [['.example.com'], 'notexample.com', false],
    [['192.168.1.5'], '192.168.1.5:8080', true],
    [['fd00::5'], '[fd00::5]:8080', true],
    [['example.com'], 'localhost', true],
  ])('should be those of a list: %j, %s', (list, host, allowed) => {
    expect(hostAllowed(asked({ host }), list)).toBe(allowed);
  });

  it('should be found in HTTP/2 as well, where there is no Host', () => {
    expect(hostAllowed(asked({ ':authority': 'localhost:1' }), [])).toBe(true);
    expect(hostAllowed(asked({ ':authority': 'evil.example' }), [])).toBe(false);
  });
});

describe('the origins that may call', () => {
  it.each([
    ['http://example.com', { host: 'example.com' }, {}, true],
    ['http://example.com', { host: 'example.com:80' }, {}, true],
    ['http://example.com:8080', { host: 'example.com:8080' }, {}, true],
    ['http://example.com', { host: 'EXAMPLE.com' }, {}, true],
    ['https://example.com', { host: 'example.com' }, { encrypted: true }, true],
    ['https://example.com', { host: 'example.com:443' }, { encrypted: true }, true],
    ['https://example.com', { host: 'example.com', 'x-forwarded-proto': 'https' }, {}, true],
    ['https://example.com', { host: 'example.com', 'x-forwarded-proto': 'https, http' }, {}, true],
    // Another scheme, another port, another host: another origin.
    ['http://example.com', { host: 'example.com' }, { encrypted: true }, false],
    ['http://example.com', { host: 'example.com', 'x-forwarded-proto': 'https' }, {}, false],
    ['https://example.com', { host: 'example.com' }, {}, false],
    ['http://example.com:8081', { host: 'example.com:8080' }, {}, false],
    ['http://example.com', { host: 'example.com:8080' }, {}, false],
    ['http://evil.example', { host: 'example.com' }, {}, false],
    ['http://example.com.evil.example', { host: 'example.com' }, {}, false],
    ['null', { host: 'example.com' }, {}, false],
    ['', { host: 'example.com' }, {}, false],
    ['file://', { host: '' }, {}, false],
    ['http://[', { host: '[' }, {}, false],
  ])('should be its own by default: %s for %j, %j', (origin, headers, socket, allowed) => {
    expect(originAllowed(asked({ origin, ...headers }, socket), undefined)).toBe(allowed);
  });
});

describe('the address of a caller', () => {
  it.each([
    [1, { 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
    [1, { 'x-forwarded-for': '1.1.1.1, 203.0.113.9' }, '203.0.113.9'],
    [2, { 'x-forwarded-for': '6.6.6.6, 203.0.113.9, 10.0.0.2' }, '203.0.113.9'],
    // Not through all the proxies: its claim is ignored.
    [2, { 'x-forwarded-for': '6.6.6.6' }, '10.0.0.1'],
    [1, {}, '10.0.0.1'],
    [1, { 'x-forwarded-for': 'unknown' }, '10.0.0.1'],
    [1, { 'x-forwarded-for': '203.0.113.9:1234' }, '203.0.113.9'],
    [1, { 'x-forwarded-for': '[2001:db8::1]:1234' }, '2001:db8::1'],
    [1, { forwarded: 'for=6.6.6.6' }, '10.0.0.1'],
  ])('should be what %i proxies report: %j', (proxies, headers, address) => {
    expect(forwardedAddress(proxies)(asked(headers, { remoteAddress: '10.0.0.1' }))).toBe(address);
  });

  it('should be read from Forwarded where that is asked for, and only then', () => {
    const request = asked({
      forwarded: 'for=6.6.6.6, For="[2001:db8:cafe::17]:4711";proto=https;by=10.0.0.3',
      'x-forwarded-for': '6.6.6.6',
    });
    expect(forwardedAddress(1, { header: 'forwarded' })(request)).toBe('2001:db8:cafe::17');
    expect(forwardedAddress()(request)).toBe('6.6.6.6');
  });

  it('should be one for all that an IPv6 host can choose', () => {
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe(networkOf('2001:db8:1:2::1'));
    expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
    expect(networkOf('203.0.113.9')).toBe('203.0.113.9');
    expect(plainAddress('::ffff:203.0.113.9')).toBe('203.0.113.9');
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
    expect(plainAddress('evil\u001b[2J')).toBeUndefined();
  });

  it.each([
    ['127.0.0.1', true],
    ['10.1.2.3', true],
    ['172.31.0.1', true],
    ['172.32.0.1', false],
    ['192.168.0.1', true],
    ['203.0.113.9', false],
    ['::1', true],
    ['fd00::1', true],
    ['2001:db8::1', false],
  ])('should be nearby or not: %s', (address, near) => {
    expect(isNearby(address)).toBe(near);
  });
});

describe('a server on this machine, and a page of another origin', () => {
  const servers: Serving[] = [];
  const start = async (options?: Partial<ServeOptions>): Promise<Serving> => {
    const server = await serving(options);
    servers.push(server);
    return server;
  };
  afterEach(() => servers.splice(0).forEach(server => server.stop()));

  const secret = 'a secret of at least thirty-two characters';
  const page = { tokenSecret: secret, pageToken: true };
  /** A request as a browser sends it: `fetch` of Node sets a Host of its own. */
  const get = async (url: string, path: string, headers: Record<string, string>) => {
    const { get } = await import('node:http');
    return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>(
      (resolve, reject) =>
        get(`${url}${path}`, { headers, agent: false }, response => {
          let body = '';
          response.on('data', (bytes: Buffer) => (body += bytes.toString()));
          response.on('end', () =>
            resolve({ status: response.statusCode!, body, headers: response.headers }),
          );
        }).on('error', reject),
    );
  };

  it('should refuse what reached it by DNS rebinding, and say so', async () => {
    const server = await start(page);
    const { port } = new URL(server.url);
    const host = `evil.example:${port}`;
    for (const path of ['/', '/page.js', '/config.json', '/token', '/metrics'])
      expect((await get(server.url, path, { host, 'sec-fetch-site': 'same-origin' })).status).toBe(403);
    const client = await new TestClient(`${server.url}/call`, {
      headers: { host },
      origin: `http://${host}`,
    }).opened();
    client.say({ type: 'hello' });
    expect((await client.closed).code).toBe(closeCodes.origin);
    const { reason, code, address } = await server.next('refused');
    expect(reason).toBe(
      `"${host}" is not a host of this server. Add it to allowedHosts, without port, if it is yours.`,
    );
    expect([code, address]).toEqual([closeCodes.origin, '127.0.0.1']);
  });

  it('should answer for a host that is configured as its own', async () => {
    const server = await start({ ...page, allowedHosts: ['voice.example'] });
    const headers = { host: 'voice.example' };
    expect((await get(server.url, '/', headers)).status).toBe(200);
    expect((await get(server.url, '/', { host: 'evil.example' })).status).toBe(403);
    const client = await new TestClient(`${server.url}/call`, {
      headers: { ...headers, 'x-forwarded-proto': 'https' },
      origin: 'https://voice.example',
    }).opened();
    client.say({ type: 'hello' });
    expect((await client.closed).code).toBe(closeCodes.unauthorised); // and not its origin
  });

  it.each([
    [{}, 403],
    [{ 'sec-fetch-site': 'none' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }, 403],
  ])('should give a token to its own page only: %j', async (headers, status) => {
    const server = await start(page);
    const { body, ...answer } = await get(server.url, '/token', headers);
    expect(answer.status).toBe(status);
    expect(body.includes('.') && body.length > 60 && !body.includes(' ')).toBe(status === 200);
  });

  it.each([
    ['its own with https', (url: string) => url.replace('http', 'https')],
    ['its own on another port', (url: string) => url.replace(/\d+$/u, '1')],
    ['none that can be one', () => 'null'],
    ['one with control characters', () => 'https://evil.example/\u009b2J\u0085'],
  ])('should refuse a page of another origin: %s', async (_, of) => {
    const server = await start();
    const client = await new TestClient(`${server.url}/call`, { origin: of(server.url) }).opened();
    expect((await client.closed).code).toBe(closeCodes.origin);
    const { reason } = await server.next('refused');
    expect(reason).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(reason).toContain(`To this server its own is ${server.url}`);
  });

  it('should show its metrics to this machine, and not to requests passed on by a proxy', async () => {
    const server = await start();
    expect((await get(server.url, '/metrics', {})).status).toBe(200);
    expect((await get(server.url, '/metrics', { host: 'bot:8080' })).status).toBe(200);
    expect((await get(server.url, '/metrics', { host: 'evil.example' })).status).toBe(403);
    expect((await get(server.url, '/metrics', { 'x-forwarded-for': '10.0.0.1' })).status).toBe(403);
    expect((await get(server.url, '/healthz', { 'x-forwarded-for': '10.0.0.1' })).status).toBe(200);
  });

  it.each<[NonNullable<ServeOptions['endpoints']>, Record<string, number>]>([
    [true, { '/metrics': 200, '/healthz': 200, '/readyz': 200 }],
    [false, { '/metrics': 404, '/healthz': 404, '/readyz': 404 }],
    [{ metrics: false }, { '/metrics': 404, '/healthz': 200, '/readyz': 200 }],
    [
      { metrics: '/internal/m', health: '/live' },
      { '/metrics': 404, '/internal/m': 200, '/live': 200, '/healthz': 404 },
    ],
    [
      { authorise: ({ headers }) => headers.authorization === 'Bearer friend' },
      { '/metrics': 403, '/healthz': 403 },
    ],
    [{ authorise: (_, endpoint) => endpoint !== 'metrics' }, { '/metrics': 403, '/healthz': 200 }],
    [
      {
        authorise: () => {
          throw new Error('no');
        },
      },
      { '/metrics': 403 },
    ],
    [{ authorise: (() => Promise.resolve(false)) as never }, { '/metrics': 403 }],
  ])('should have its endpoints off, moved or authorised: %j', async (endpoints, paths) => {
    const server = await start({ endpoints });
    for (const [path, status] of Object.entries(paths))
      expect([path, (await get(server.url, path, {})).status]).toEqual([path, status]);
  });

  /** Checks of a review of the page's headers: OWASP's list, and the needs of the page itself. */
  it('should send the page with headers by the book', async () => {
    const server = await start();
    const { host } = new URL(server.url);
    const { headers } = await get(server.url, '/', {});
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'x-permitted-cross-domain-policies': 'none',
      'cache-control': 'no-cache',
    });
    expect(headers['x-powered-by'] ?? headers['server']).toBeUndefined();
    const policy = new Map(
      String(headers['content-security-policy'])
        .split('; ')
        .map(directive => directive.split(/ (.*)/u, 2) as [string, string]),
    );
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': 'data:',
      'connect-src': `'self' ws://${host}`,
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': "'none'",
    });
    const permissions = String(headers['permissions-policy']).split(', ');
    expect(permissions).toContain('microphone=(self)');
    for (const feature of ['camera', 'geolocation', 'usb', 'payment', 'display-capture'])
      expect(permissions).toContain(`${feature}=()`);
    expect(permissions.filter(permission => permission.includes('*'))).toEqual([]);
    const secure = await get(server.url, '/', { 'x-forwarded-proto': 'https' });
    expect(secure.headers['content-security-policy']).toContain(`connect-src 'self' wss://${host};`);
    // Every other answer can't be taken for a page, and no other page may have it.
    for (const path of [
      '/page.js',
      '/rxvoice.js',
      '/worklet.js',
      '/config.json',
      '/healthz',
      '/readyz',
      '/token',
    ])
      expect((await get(server.url, path, {})).headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': expect.stringContaining("default-src 'none'") as string,
      });
  });

  it('should let no Host write into the policy', async () => {
    const server = await start({ allowedHosts: 'any' });
    for (const host of ['a;script-src *', 'a,b', 'a b', "'unsafe-inline'", '*'])
      expect((await get(server.url, '/', { host })).headers['content-security-policy']).toContain(
        "connect-src 'self'; base-uri",
      );
  });
});
