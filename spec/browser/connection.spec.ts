import { of, type Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallError } from '../../lib/browser/callError.ts';
import { connection, type Incoming } from '../../lib/browser/connection.ts';
import type { HelloMessage } from '../../lib/protocol/protocol.ts';

const sockets: FakeSocket[] = [];

/** A browser's socket whose server is scripted by the spec. */
class FakeSocket {
  static readonly OPEN = 1;
  readonly at = performance.now();
  readonly url: string;
  readonly sent: unknown[] = [];
  onopen = (): void => undefined;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onmessage: (event: { data: string }) => void = () => undefined;
  constructor(url: string | URL) {
    this.url = String(url);
    if (!/^wss?:/u.test(this.url)) throw new SyntaxError('not a scheme of WebSocket');
    sockets.push(this);
  }
  addEventListener(): void {
    // Each message is a sign of life: these connections are short.
  }
  send(message: unknown): void {
    this.sent.push(message);
  }
  close(): void {
    // The error does not matter here.
  }
  welcome(): void {
    this.onmessage({ data: '{"type":"welcome"}' });
  }
  lose(code = 1006): void {
    this.onclose?.({ code, reason: '' });
  }
}

describe('a page’s connection', () => {
  let incoming: Incoming[];
  let error: unknown;
  let subscription: Subscription | undefined;
  const connect = (url = '/call', hello: object = { type: 'hello' }): void => {
    subscription = connection({
      url,
      hello: () => of(hello as HelloMessage),
      resumeMs: () => 20_000,
      attach: () => undefined,
    }).subscribe({
      next: message => incoming.push(message),
      error: (cause: unknown) => (error = cause),
    });
  };
  const last = (): FakeSocket => sockets.at(-1)!;
  /** Loses each connection at once, so often; how long is waited each time, ms. */
  const waits = (often: number): number[] => {
    const from = sockets.length - 1;
    while (sockets.length <= from + often) {
      last().lose();
      vi.advanceTimersToNextTimer();
    }
    return sockets.slice(from + 1).map((socket, at) => Math.round(socket.at - sockets[from + at]!.at));
  };

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeSocket);
    vi.stubGlobal('window', new EventTarget());
    vi.stubGlobal('location', { href: 'https://shop.example/page' });
    sockets.length = 0;
    incoming = [];
    error = undefined;
  });
  afterEach(() => {
    subscription?.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('should be tried again at growing intervals until the server welcomes it, then from the first interval again', () => {
    connect();
    expect(last().url).toBe('wss://shop.example/call');
    expect(waits(6)).toEqual([150, 300, 600, 1_200, 2_000, 2_000]);
    last().welcome();
    expect(waits(3)).toEqual([150, 300, 600]);
  });

  it('should be tried again at once when the browser is online again', () => {
    connect();
    waits(4);
    last().lose();
    window.dispatchEvent(new Event('online'));
    expect(sockets).toHaveLength(6);
  });

  it('should be one that was lost only when it was there', () => {
    connect();
    waits(2);
    last().welcome();
    waits(1);
    expect(incoming.flatMap(message => (message.type === 'connecting' ? [message.again] : []))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('should say that no server is there, or that it is gone', () => {
    const losing = (): void => {
      for (let attempt = 0; attempt < 20; attempt++) {
        last().lose();
        vi.advanceTimersByTime(2_000);
      }
    };
    connect('/nothere');
    losing();
    expect(error).toMatchObject({
      kind: 'network',
      message: 'No server answers at /nothere. Is it running, and is the path right?',
    });
    connect();
    last().welcome();
    losing();
    expect(error).toMatchObject({ kind: 'network', message: 'The server can’t be reached.' });
  });

  it.each(['http://[bad', 'ftp://shop.example/call'])('should name a url that can not be called: %s', url => {
    connect(url);
    expect(error).toBeInstanceOf(CallError);
    expect(error).toMatchObject({ kind: 'network', message: `The url ${url} can’t be called.` });
    expect(sockets).toEqual([]);
  });

  it('should end at once when what it is to say is not JSON', () => {
    const data: Record<string, unknown> = {};
    data['itself'] = data;
    for (const odd of [data, { n: 1n }]) {
      error = undefined;
      connect('/call', { type: 'hello', data: odd });
      last().onopen();
      expect(error).toMatchObject({ kind: 'malformed', message: 'The call’s data is not JSON.' });
      expect(last().sent).toEqual([]);
    }
    expect(sockets).toHaveLength(2);
  });

  it('should end at once when a message is too big for the server', () => {
    connect();
    last().lose(1009);
    expect(error).toMatchObject({ kind: 'malformed' });
    expect(sockets).toHaveLength(1);
  });
});
