import { createHmac } from 'node:crypto';
import { filter, firstValueFrom, map, ReplaySubject, skip } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { decodeMulaw, encodeMulaw } from '../../lib/audio/mulaw.ts';
import { closeCodes, mintToken, type ServeOptions } from '../../lib/server/index.ts';
import { scripted, type Serving, serving } from './serving.ts';

/** Messages as https://www.twilio.com/docs/voice/media-streams/websocket-messages has them. */
const streamSid = 'MZXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX';
const connected = { event: 'connected', protocol: 'Call', version: '1.0.0' };
const start = {
  event: 'start',
  sequenceNumber: '1',
  start: {
    accountSid: 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX',
    streamSid,
    callSid: 'CAXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX',
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: { FirstName: 'Jane', LastName: 'Doe' },
  },
  streamSid,
};
const media = (chunk: number, payload: string) => ({
  event: 'media',
  sequenceNumber: String(chunk + 1),
  media: { track: 'inbound', chunk: String(chunk), timestamp: String(chunk * 20), payload },
  streamSid,
});
const silence = Buffer.alloc(160, 0xff).toString('base64');
const dtmf = { streamSid, event: 'dtmf', sequenceNumber: '5', dtmf: { track: 'inbound_track', digit: '1' } };
const stop = {
  event: 'stop',
  sequenceNumber: '5',
  stop: { accountSid: start.start.accountSid, callSid: start.start.callSid },
  streamSid,
};

interface Received {
  readonly event: string;
  readonly streamSid: string;
  readonly mark?: { readonly name: string };
  readonly media?: { readonly payload: string };
}

/** Twilio: plays audio as fast as it arrives, until it is paused. */
class Twilio {
  readonly socket: WebSocket;
  readonly received: Received[] = [];
  readonly closed: Promise<number>;
  /** Marks are returned when the audio before them has been played. */
  plays = true;
  readonly #received$ = new ReplaySubject<Received>();
  #waiting: string[] = [];
  #chunk = 0;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url.replace('http', 'ws'), { headers });
    this.closed = new Promise(resolve => this.socket.on('close', resolve));
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Received;
      this.received.push(message);
      this.#received$.next(message);
      if (message.event === 'mark') this.#waiting.push(message.mark!.name);
      if (this.plays || message.event === 'clear') this.play();
    });
  }

  opened(): Promise<boolean> {
    return Promise.race([
      new Promise<boolean>(resolve => this.socket.on('open', () => resolve(true))),
      this.closed.then(() => false),
    ]);
  }

  /** Returns a number of the pending marks. */
  play(marks = Infinity): void {
    for (const name of this.#waiting.splice(0, marks)) this.say({ event: 'mark', streamSid, mark: { name } });
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  speak(ms: number): void {
    for (let at = 0; at < ms; at += 20) this.say(media((this.#chunk += 1), silence));
  }

  /** When a number of marks have arrived. */
  marks(count: number): Promise<unknown> {
    return firstValueFrom(
      this.#received$.pipe(
        filter(({ event }) => event === 'mark'),
        skip(count - 1),
      ),
    );
  }

  next(event: string): Promise<Received> {
    return firstValueFrom(this.#received$.pipe(filter(message => message.event === event)));
  }
}

describe('the phone, over Twilio Media Streams', () => {
  const servers: Serving[] = [];
  const phones: Twilio[] = [];
  const serve = async (options: Partial<ServeOptions> = {}): Promise<Serving> => {
    const server = await serving({ twilio: { authToken: false }, ...options });
    servers.push(server);
    return server;
  };
  const dial = async ({ url }: Serving, headers?: Record<string, string>): Promise<Twilio> => {
    const phone = new Twilio(`${url}/twilio`, headers);
    phones.push(phone);
    await phone.opened();
    return phone;
  };
  const happened = async (server: Serving, type: string, turn?: number) =>
    firstValueFrom(
      server.event$.pipe(
        filter(event => event.type === 'happened'),
        map(({ event }) => event as { readonly type: string; readonly turn?: number }),
        filter(event => event.type === type && (turn === undefined || event.turn === turn)),
      ),
    );
  // At the end: those that wait for a good-bye that does not come, two seconds, do so at once.
  afterAll(() => {
    for (const phone of phones.splice(0)) phone.socket.terminate();
    for (const server of servers.splice(0)) server.stop();
  });

  it('should have a whole call: start, speech both ways, a key, and the end', async () => {
    const seen: unknown[] = [];
    const keys: string[] = [];
    const server = await serve({
      call: (_, hello) => {
        seen.push(hello);
        hello.keys$.subscribe({ next: key => keys.push(key), complete: () => keys.push('over') });
        return scripted();
      },
    });
    const phone = await dial(server);
    phone.say(connected);
    phone.say(start);
    await happened(server, 'call.ready');
    expect(seen).toMatchObject([{ call: start.start.callSid, data: { FirstName: 'Jane', LastName: 'Doe' } }]);
    phone.speak(900);
    const { media, streamSid: sid } = await phone.next('media');
    expect(sid).toBe(streamSid);
    expect(Buffer.from(media!.payload, 'base64')).toHaveLength(160);
    await happened(server, 'bot.spoke');
    expect(phone.received.filter(({ event }) => event === 'clear')).toEqual([]);
    phone.say(dtmf);
    expect(await server.next('dtmf')).toMatchObject({ digit: '1' });
    phone.say(stop);
    expect(await server.next('ended')).toMatchObject({ transport: 'phone', code: 1000 });
    expect(await phone.closed).toBe(1000);
    await expect.poll(() => keys).toEqual(['1', 'over']);
  });

  it('should let a second stream of the same call not disturb the first', async () => {
    const server = await serve();
    const first = await dial(server);
    first.say(start);
    await happened(server, 'call.ready');
    const second = await dial(server);
    second.say(start);
    expect(await second.closed).toBe(closeCodes.malformed);
    first.speak(900);
    await happened(server, 'bot.spoke');
  });

  it('should clear what waits when the caller interrupts, and remember what was heard by the marks', async () => {
    const says = [
      { from: 100, to: 500, text: 'Hello there.' },
      { from: 2_000, to: 2_400, text: 'Stop.' },
    ];
    const server = await serve({
      call: () => scripted(says, 'One two three four five six seven eight nine ten.', 60),
    });
    const phone = await dial(server);
    phone.plays = false;
    phone.say(connected);
    phone.say(start);
    await happened(server, 'call.ready');
    phone.speak(900);
    await phone.marks(9);
    phone.play(9);
    phone.speak(1_900);
    expect(await phone.next('clear')).toEqual({ event: 'clear', streamSid });
    expect(await happened(server, 'bot.interrupted')).toMatchObject({
      heard: 'One two three',
      audioMs: 900,
    });
    // The marks of the cleared audio come back now; they belong to no reply any more.
    phone.plays = true;
    const { turn } = await happened(server, 'user.said', 2);
    expect(turn).toBe(2);
  }, 20_000);

  it('should let only Twilio call', async () => {
    const authToken = '12345';
    const url = 'wss://example.com/twilio';
    const server = await serve({ twilio: { authToken, url } });
    const signed = (key: string, address = url): Record<string, string> => ({
      'x-twilio-signature': createHmac('sha1', key).update(address).digest('base64'),
    });
    const open = async (headers?: Record<string, string>) => {
      const phone = new Twilio(`${server.url}/twilio`, headers);
      phones.push(phone);
      return phone.opened();
    };
    expect(await open(signed(authToken))).toBe(true);
    expect(await open(signed(authToken, `${url}/`))).toBe(true);
    expect(await open(signed('54321'))).toBe(false);
    expect(await open(signed(authToken, 'wss://example.com/other'))).toBe(false);
    expect(await open()).toBe(false);
  });

  /** The signature of an address, as Twilio makes it. */
  const signature = (key: string, address: string): Record<string, string> => ({
    'x-twilio-signature': createHmac('sha1', key).update(address).digest('base64'),
  });

  it.each([
    ['wss://example.com/twilio', true],
    ['wss://example.com/twilio/', true],
    ['wss://example.com:443/twilio', true],
    ['wss://example.com:80/twilio', true],
    ['wss://example.com:443/twilio/', true],
    ['wss://example.com:8443/twilio', false],
    ['ws://example.com/twilio', false],
    ['wss://example.com/twilio?a=b', false],
    ['wss://example.com', false],
    ['wss://evil.example/twilio', false],
    ['', false],
  ])('should take a signature of its address with and without port and slash: %s', async (address, taken) => {
    const server = await serve({ twilio: { authToken: '12345', url: 'wss://example.com/twilio' } });
    const phone = new Twilio(`${server.url}/twilio`, signature('12345', address));
    phones.push(phone);
    expect(await phone.opened()).toBe(taken);
  });

  it('should overlook a port that a proxy does not forward, or adds', async () => {
    const server = await serve({ twilio: { authToken: '12345', url: 'wss://example.com:8443/twilio' } });
    for (const address of ['wss://example.com/twilio', 'wss://example.com:8443/twilio']) {
      const phone = new Twilio(`${server.url}/twilio`, signature('12345', address));
      phones.push(phone);
      expect(await phone.opened()).toBe(true);
    }
  });

  it('should take both tokens while one replaces the other, and calls to its path with a slash', async () => {
    const server = await serve({ twilio: { authToken: ['new', 'old'] } });
    const { host } = new URL(server.url);
    for (const [key, path, taken] of [
      ['new', '/twilio', true],
      ['old', '/twilio', true],
      ['older', '/twilio', false],
      ['new', '/twilio/', true],
    ] as const) {
      const phone = new Twilio(`${server.url}${path}`, signature(key, `wss://${host}${path}`));
      phones.push(phone);
      expect([key, path, await phone.opened()]).toEqual([key, path, taken]);
    }
  });

  it.each([
    [undefined, {}, /no X-Twilio-Signature/u],
    [
      undefined,
      { 'x-twilio-signature': 'x' },
      /does not fit wss:\/\/127\.0\.0\.1:\d+\/twilio, .*forward Host and the path/u,
    ],
    [
      'wss://a.example/b',
      { 'x-twilio-signature': 'x' },
      /does not fit wss:\/\/a\.example\/b, .*Set twilio\.url/u,
    ],
    [undefined, { host: 'evil.example' }, /"evil\.example" is not a host of this server/u],
  ])(
    'should say which address it expected when it refuses a stream: %s, %j',
    async (url, headers, reason) => {
      const server = await serve({ twilio: { authToken: '12345', ...(url !== undefined && { url }) } });
      const phone = new Twilio(`${server.url}/twilio`, headers);
      phones.push(phone);
      expect(await phone.opened()).toBe(false);
      expect(await server.next('refused')).toMatchObject({
        code: closeCodes.unauthorised,
        reason: expect.stringMatching(reason) as string,
        address: '127.0.0.1',
      });
    },
  );

  it('should ask each stream for a token of its own where that is configured', async () => {
    const tokenSecret = 'a secret of at least thirty-two characters';
    const seen: unknown[] = [];
    const server = await serve({
      tokenSecret,
      twilio: { authToken: false, callTokens: true },
      call: (_, { user, claims, data }) => {
        seen.push({ user, claims, data });
        return scripted();
      },
    });
    const starting = async (customParameters: Record<string, string>): Promise<Twilio> => {
      const phone = await dial(server);
      phone.say({ ...start, start: { ...start.start, callSid: `CA${phones.length}`, customParameters } });
      return phone;
    };
    const token = mintToken(tokenSecret, { user: 'ada', data: 1 });
    await starting({ token, name: 'Ada' });
    await happened(server, 'call.ready');
    expect(seen).toEqual([{ user: 'ada', claims: 1, data: { name: 'Ada' } }]);
    for (const wrong of [{ token }, {}, { token: 'forged' }] as Record<string, string>[])
      expect(await (await starting(wrong)).closed).toBe(closeCodes.unauthorised);
  });

  it('should hand on all parameters, one that is called token too, where it asks for none', async () => {
    const seen: unknown[] = [];
    const server = await serve({ call: (_, { data }) => (seen.push(data), scripted()) });
    const phone = await dial(server);
    phone.say({ ...start, start: { ...start.start, customParameters: { token: 'mine', a: 'b' } } });
    await happened(server, 'call.ready');
    expect(seen).toEqual([{ token: 'mine', a: 'b' }]);
  });

  it.concurrent.each<[string, (phone: Twilio) => void, number]>([
    [
      'a flood of messages that mean nothing',
      phone => {
        for (let at = 0; at < 4_000; at++) phone.say({ event: 'connected' });
      },
      closeCodes.tooFast,
    ],
    [
      'a flood of keys',
      phone => {
        phone.say(start);
        for (let at = 0; at < 100; at++) phone.say(dtmf);
      },
      closeCodes.tooFast,
    ],
    [
      'a message longer than any',
      phone => [start, { event: 'connected', more: 'x'.repeat(5_000) }].forEach(one => phone.say(one)),
      closeCodes.malformed,
    ],
    [
      'a call whose name would act on a terminal',
      phone => phone.say({ ...start, start: { ...start.start, callSid: 'CA\u001b[2J' } }),
      closeCodes.malformed,
    ],
    ['no JSON', phone => phone.socket.send('hello'), closeCodes.malformed],
    ['media before the start', phone => phone.speak(20), closeCodes.malformed],
    ['a second start', phone => [start, start].forEach(message => phone.say(message)), closeCodes.malformed],
    [
      'audio of another kind',
      phone => phone.say({ ...start, start: { ...start.start, mediaFormat: {} } }),
      closeCodes.malformed,
    ],
    ['too much audio', phone => (phone.say(start), phone.speak(40_000)), closeCodes.tooFast],
  ])('should end the call after %s', async (_, act, code) => {
    const phone = await dial(await serve());
    act(phone);
    expect(await phone.closed).toBe(code);
  });
});

describe('µ-law', () => {
  it('should be that of ITU-T G.711', () => {
    // A few values of the tables of the recommendation, as 16 bits: the loudest, the quietest, and in between.
    expect([...decodeMulaw(Uint8Array.of(0x00, 0x80, 0xff, 0x7f, 0x8f, 0xef))]).toEqual([
      -32_124, 32_124, 0, 0, 16_764, 132,
    ]);
  });

  it('should come back as it was for every byte, and within half a step for every sample', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte).filter(byte => byte !== 0x7f);
    expect([...encodeMulaw(decodeMulaw(bytes))]).toEqual([...bytes]);
    const pcm = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768);
    const wrong = decodeMulaw(encodeMulaw(pcm)).filter((sample, index) => {
      const clipped = Math.max(-32_635, Math.min(32_635, pcm[index]!));
      return Math.abs(sample - clipped) > Math.max(4, (Math.abs(clipped) + 132) / 32);
    });
    expect([...wrong]).toEqual([]);
  });
});
