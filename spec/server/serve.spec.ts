import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mergeMap, NEVER, Subject, throwError, timer } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { RxvoiceError, setup } from '../../lib/index.ts';
import { closeCodes, mintToken, type ServeOptions, voiceServer } from '../../lib/server/index.ts';
import { scriptedStt, scriptedTts } from '../../lib/testing/index.ts';
import { TestClient } from './client.ts';
import { scripted, type Serving, serving } from './serving.ts';

/** Headers of browsers' requests from a page of the server itself. */
const ofItsPage = { headers: { 'sec-fetch-site': 'same-origin' } };

const secret = 'a secret of at least thirty-two characters';

describe('serve', () => {
  const servers: Serving[] = [];
  const clients: TestClient[] = [];
  const start = async (options?: Partial<ServeOptions>): Promise<Serving> => {
    const server = await serving(options);
    servers.push(server);
    return server;
  };
  const connect = (
    { url }: { readonly url: string },
    options?: ConstructorParameters<typeof TestClient>[1],
  ): Promise<TestClient> => {
    const client = new TestClient(`${url}/call`, options);
    clients.push(client);
    return client.opened();
  };
  // At the end: those that wait for a good-bye that does not come, two seconds, do so at once.
  afterAll(() => {
    for (const client of clients.splice(0)) client.vanish();
    for (const server of servers.splice(0)) server.stop();
  });

  it('should hold a conversation with a client, and send it the events, the audio and the metrics', async () => {
    const client = await connect(await start());
    const welcome = await client.hello();
    expect(welcome).toMatchObject({ resumed: false, received: 0, reply: 0 });
    await client.event('call.ready');
    client.speak(900);
    expect(await client.event('user.said')).toMatchObject({ turn: 1, text: 'Hello there.' });
    expect(await client.event('bot.spoke')).toMatchObject({ turn: 1, text: 'Hi. How are you?' });
    const { turn, summary } = await client.next('metrics');
    expect(turn).toMatchObject({ turn: 1, outcome: 'spoken' });
    expect(summary).toMatchObject({ turns: 1, total: { count: 1 } });
    const { samples } = await client.next('replyEnd');
    expect(client.samples[1]).toBe(samples);
    expect(samples).toBe(300 * 16);
    expect(client.messages.filter(message => JSON.stringify(message).includes('bot.token'))).toEqual([]);
  });

  it('should take for heard only what the client has played', async () => {
    const client = await connect(await start(), { hears: false });
    await client.hello();
    await client.event('call.ready');
    client.speak(900);
    const { samples } = await client.next('replyEnd');
    expect(
      client.messages.some(message => message.type === 'event' && message.event.type === 'bot.spoke'),
    ).toBe(false);
    client.say({ type: 'played', reply: 1, samples });
    await client.event('bot.spoke');
  });

  it('should fall silent when the user speaks, and remember what the loudspeaker had played', async () => {
    const says = [
      { from: 100, to: 500, text: 'Hello there.' },
      { from: 2_000, to: 2_400, text: 'Stop.' },
    ];
    const answer = 'One two three four five six seven eight nine ten.';
    const client = await connect(await start({ call: () => scripted(says, answer, 60) }), { hears: false });
    await client.hello();
    await client.event('call.ready');
    client.speak(900);
    await client.heard(1, 16_000);
    client.say({ type: 'played', reply: 1, samples: 14_400 }); // 900 ms of 2,940
    client.speak(1_900);
    expect(await client.next('clear')).toEqual({ type: 'clear', reply: 1 }); // paused: a voice is heard
    client.speak(300); // and the word
    expect(await client.event('bot.interrupted')).toMatchObject({ heard: 'One two three', audioMs: 900 });
    const before = client.samples[1];
    client.say({ type: 'played', reply: 1, samples: 40_000 }); // too late, and of no reply any more
    client.speak(300);
    await client.event('user.said', 2);
    expect(client.samples[1]).toBe(before);
  });

  it('should go on with a call after the network was gone, and lose nothing that was said on either side', async () => {
    const says = [
      { from: 100, to: 1_500, text: 'A long question, with a gap of the network in the middle of it.' },
    ];
    const server = await start({ call: () => scripted(says) });
    const first = await connect(server);
    const welcome = await first.hello();
    await first.event('call.ready');
    first.speak(600);
    await first.event('user.interim');
    first.vanish();
    await server.next('detached');

    const second = await connect(server, { hears: false });
    const again = await second.hello(first.resume(welcome));
    expect(again).toMatchObject({ resumed: true, call: welcome.call, received: 600 * 16, reply: 0 });
    second.speak(1_300); // from where the server's audio ends
    expect(await second.event('user.said')).toMatchObject({ text: says[0]!.text });
    await second.heard(1, 1_600);
    second.vanish();

    const third = await connect(server);
    expect(await third.hello(second.resume(welcome))).toMatchObject({ reply: 1 });
    const { from } = await third.next('reply');
    expect(from).toBeLessThanOrEqual(second.samples[1]!);
    expect(await third.event('bot.spoke')).toMatchObject({ text: 'Hi. How are you?' });
    const { samples } = await third.next('replyEnd');
    expect(third.samples[1]).toBe(samples);
    // Sent once, not again on each connection.
    expect(third.messages.some(message => JSON.stringify(message).includes('user.said'))).toBe(false);
  });

  it('should send a client that is back the events it has missed', async () => {
    const server = await start();
    const first = await connect(server);
    const welcome = await first.hello();
    await first.event('call.ready');
    const seen = first.seq;
    first.speak(900);
    await first.event('bot.spoke');
    first.vanish();
    const second = await connect(server);
    const { resume } = first.resume(welcome) as { resume: object };
    await second.hello({ resume: { ...resume, seq: seen } });
    expect(await second.event('user.said')).toMatchObject({ text: 'Hello there.' });
    await second.next('metrics');
    expect(second.messages.some(message => JSON.stringify(message).includes('call.ready'))).toBe(false);
  });

  it('should end a call whose client does not come back in time', async () => {
    const server = await start({ limits: { resumeMs: 20 } });
    const client = await connect(server);
    const welcome = await client.hello();
    client.vanish();
    expect(await server.next('ended')).toMatchObject({ call: welcome.call, code: closeCodes.gone });
    const late = await connect(server);
    late.say({ type: 'hello', ...client.resume(welcome) });
    expect(await late.closed).toMatchObject({ code: closeCodes.gone });
  });

  it('should finish the reply and then end when the client hangs up', async () => {
    const server = await start();
    const client = await connect(server);
    await client.hello();
    await client.event('call.ready');
    client.speak(600);
    client.say({ type: 'hangup' });
    await client.event('bot.spoke');
    await client.next('ended');
    expect(await client.closed).toEqual({ code: 1000, reason: 'The call is over.' });
    expect(await server.next('ended')).toMatchObject({ code: 1000 });
  });

  it.concurrent.each<[string, Partial<ServeOptions>, (client: TestClient) => unknown, number]>([
    ['no hello', { limits: { helloMs: 20 } }, () => undefined, closeCodes.silent],
    ['no JSON', {}, client => client.say('Hello?'), closeCodes.malformed],
    [
      'no such message',
      {},
      client => client.hello().then(() => client.say({ type: 'sing' })),
      closeCodes.malformed,
    ],
    ['a second hello', {}, client => client.hello().then(() => client.hello()), closeCodes.malformed],
    ['audio before hello', {}, client => client.speak(20), closeCodes.malformed],
    [
      'half a sample',
      {},
      client => client.hello().then(() => client.socket.send(new Uint8Array(3))),
      closeCodes.malformed,
    ],
    ['too big a message', {}, client => client.socket.send(new Uint8Array(70_000)), 1009],
    [
      'too much audio',
      { limits: { resumeMs: 0 } },
      client => client.hello().then(() => client.speak(9_000)),
      closeCodes.tooFast,
    ],
    [
      'too many messages',
      {},
      client =>
        client.hello().then(() => {
          for (let at = 0; at < 600; at++) client.say({ type: 'played', reply: 1, samples: 0 });
        }),
      closeCodes.tooFast,
    ],
    ['a call that lasts', { limits: { callMs: 20 } }, client => client.hello(), closeCodes.tooLong],
    ['a call in which nobody speaks', { limits: { idleMs: 20 } }, client => client.hello(), closeCodes.idle],
    ['no token', { tokenSecret: secret }, client => client.say({ type: 'hello' }), closeCodes.unauthorised],
    [
      'a token of another secret',
      { tokenSecret: secret },
      client => client.say({ type: 'hello', token: mintToken(`not ${secret}`) }),
      closeCodes.unauthorised,
    ],
    [
      'a token that is too old',
      { tokenSecret: secret },
      client => client.say({ type: 'hello', token: mintToken(secret, { ttlMs: -1 }) }),
      closeCodes.unauthorised,
    ],
    ['a full server', { limits: { calls: 0 } }, client => client.say({ type: 'hello' }), closeCodes.full],
    [
      'a call that can not be set up',
      {
        call: () => {
          throw new Error('no such user: sk-secret');
        },
      },
      client => client.say({ type: 'hello' }),
      closeCodes.failed,
    ],
    [
      'a call set up later that fails',
      { call: () => Promise.reject(new Error('no')) },
      client => client.say({ type: 'hello' }),
      closeCodes.failed,
    ],
    [
      'speech-to-text that is gone for good',
      { call: () => ({ conversation$: () => throwError(() => new RxvoiceError('gone', { stage: 'stt' })) }) },
      client => client.say({ type: 'hello' }),
      closeCodes.failed,
    ],
  ])('should close with its own code after %s', async (_, options, act, code) => {
    const client = await connect(await start(options));
    Promise.resolve(act(client)).catch(() => undefined);
    const closed = await client.closed;
    expect(closed.code).toBe(code);
    expect(closed.reason).not.toContain('sk-secret');
  });

  it('should end a call with too large a message, and report it', async () => {
    const server = await start();
    const client = await connect(server);
    await client.hello();
    client.socket.send('x'.repeat(65_537));
    expect((await client.closed).code).toBe(1009);
    expect(await server.next('ended')).toMatchObject({ code: 1009, reason: 'A message is too big.' });
    const other = await connect(server);
    other.socket.send('x'.repeat(65_537));
    expect(await server.next('refused')).toMatchObject({ code: 1009, reason: 'A message is too big.' });
    const another = await connect(server);
    another.say({ type: 'hello', data: 'x'.repeat(65_000) });
    await another.next('welcome');
  });

  it('should let pages of its own host and of configured origins call, and no others', async () => {
    const own = await start();
    const told = await start({ origins: ['https://example.com'] });
    const refused = async (server: Serving, origin: string): Promise<boolean> => {
      const client = await connect(server, { origin });
      client.say({ type: 'hello' });
      return Promise.race([
        client.next('welcome').then(
          () => false,
          () => client.closed.then(({ code }) => code === closeCodes.origin),
        ),
        client.closed.then(({ code }) => code === closeCodes.origin),
      ]);
    };
    expect(await refused(own, own.url)).toBe(false);
    expect(await refused(own, 'https://evil.example')).toBe(true);
    expect(await refused(own, 'null')).toBe(true);
    expect(await refused(told, 'https://example.com')).toBe(false);
    expect(await refused(told, told.url)).toBe(true);
    const { reason } = await own.next('refused');
    expect(reason).toMatch(/Add "https:\/\/evil\.example" to origins if they should/u);
  });

  it('should pass the token and the data to `call`', async () => {
    const seen: unknown[] = [];
    const server = await start({
      tokenSecret: secret,
      call: (request, hello) => {
        seen.push(request.url, hello);
        return Promise.resolve(scripted());
      },
    });
    const client = await connect(server);
    const token = mintToken(secret, { user: 'ada', data: { plan: 'gold' } });
    const { call } = await client.hello({ token, data: { language: 'en' } });
    await client.event('call.ready');
    expect(seen).toMatchObject([
      '/call',
      { call, user: 'ada', claims: { plan: 'gold' }, data: { language: 'en' } },
    ]);
    expect(server.events[0]).toEqual({
      type: 'placed',
      call,
      transport: 'web',
      user: 'ada',
      address: '127.0.0.1',
    });
  });

  it('should take a token for one call, which may lose its connection as often as it likes', async () => {
    const server = await start({ tokenSecret: secret, limits: { calls: 1 } });
    const token = mintToken(secret);
    const other = mintToken(secret);
    const first = await connect(server);
    const welcome = await first.hello({ token });
    first.vanish();
    await server.next('detached');
    const again = await connect(server);
    expect(await again.hello({ ...first.resume(welcome), token })).toMatchObject({ resumed: true });
    const refused = await connect(server);
    refused.say({ type: 'hello', token: other });
    expect((await refused.closed).code).toBe(closeCodes.full);
    again.socket.close(1000);
    await server.next('ended');
    const thief = await connect(server);
    thief.say({ type: 'hello', token });
    expect(await thief.closed).toMatchObject({ code: closeCodes.unauthorised });
    const late = await connect(server);
    await late.hello({ token: other }); // no call was placed with it: it is good still
  });

  it('should send an apology in the bot’s words', async () => {
    const client = await connect(
      await start({
        call: () =>
          setup({
            stt: scriptedStt([{ from: 100, to: 500, text: 'Hello there.' }]),
            llm: () => timer(50).pipe(mergeMap(() => throwError(() => new Error('down')))), // the apology is ready by then
            tts: scriptedTts({ firstAudioMs: 5, msPerCharacter: 20 }),
            apology: 'I am sorry.',
          }),
      }),
    );
    await client.hello();
    await client.event('call.ready');
    client.speak(900);
    expect(await client.event('turn.failed')).toMatchObject({ turn: 1, stage: 'llm' });
    expect(await client.event('bot.apologised')).toMatchObject({ turn: 1, text: 'I am sorry.' });
    expect(await client.event('bot.speaking')).toMatchObject({ turn: 0, text: 'I am sorry.' });
    expect(await client.event('bot.spoke')).toMatchObject({ turn: 0, text: 'I am sorry.' });
  });

  it('should lose a connection that is gone without a word', async () => {
    const server = await start({ limits: { pingMs: 500 } });
    const client = await connect(server, { autoPong: false });
    await client.hello();
    await server.next('detached');
  });

  it('should take no new calls while it drains, let those that run end, and complete', async () => {
    const drain$ = new Subject<void>();
    const server = await start({ drain$ });
    const client = await connect(server);
    await client.hello();
    await client.event('call.ready');
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    drain$.next();
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, 'draining']);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const late = await connect(server);
    late.say({ type: 'hello' });
    expect((await late.closed).code).toBe(closeCodes.draining);
    client.say({ type: 'hangup' });
    expect((await client.closed).code).toBe(1000);
    await server.done;
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  });

  it('should hang up what still runs when the time to drain is over', async () => {
    const server = await start({ drain$: timer(1), drainMs: 20 });
    await server.done;
    const drain$ = new Subject<void>();
    const busy = await start({ drain$, drainMs: 20, call: () => ({ conversation$: () => NEVER }) });
    const client = await connect(busy);
    await client.hello();
    drain$.next();
    expect((await client.closed).code).toBe(1001);
    await busy.done;
  });

  it('should say so when its port is taken', async () => {
    const { url } = await start();
    await expect(start({ port: Number(new URL(url).port) })).rejects.toThrow(/another port/u);
  });

  it('should serve the page with its own files and nothing else', async () => {
    const { url } = await start();
    const page = await fetch(url);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect((await fetch(`${url}/rxvoice.js`)).status).toBe(200);
    expect((await fetch(`${url}/../package.json`)).status).toBe(404);
    expect((await fetch(`${url}/constructor`)).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}/token`, ofItsPage)).status).toBe(200);
    const closed = await start({ tokenSecret: secret });
    expect((await fetch(`${closed.url}/token`, ofItsPage)).status).toBe(404);
  });

  it('should live alongside an application on its server, and leave its requests and upgrades alone', async () => {
    const server = createServer((_, response) => response.end('the application'));
    const voices = voiceServer({ call: () => scripted(), endpoints: { ready: false } });
    voices.attach(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await (await fetch(url)).text()).toBe('the application');
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok');
    expect(await (await fetch(`${url}/readyz`)).text()).toBe('the application');
    const client = await connect({ url });
    await client.hello();
    expect(voices.calls).toBe(1);
    const other = new WebSocket(`${url.replace('http', 'ws')}/elsewhere`);
    await expect(new Promise((_, reject) => other.on('error', reject))).rejects.toThrow('404');
    voices.close();
    expect((await client.closed).code).toBe(1001);
    server.closeAllConnections();
    server.close();
  });
});
