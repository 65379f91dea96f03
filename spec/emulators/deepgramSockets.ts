import { type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

/** A message of the server: JSON, text as it is, or audio. */
export type Received = Record<string, unknown> | string | Buffer;

/** A client's data of a refusal. */
export interface Refused {
  readonly message: string;
  readonly status?: number | undefined;
  readonly headers?: IncomingMessage['headers'];
  readonly body?: string;
}

/** A WebSocket as a client of a loopback server has it: all that came, and a wait for more. */
export class Client {
  readonly socket: WebSocket;
  readonly received: Received[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  requestId: string | undefined;
  readonly #opened: Promise<Refused | undefined>;

  constructor(
    url: string,
    path: string,
    headers: Record<string, string> = { authorization: 'Token key' },
    protocols: string[] = [],
  ) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, protocols, { headers });
    this.socket.on('upgrade', response => (this.requestId = String(response.headers['dg-request-id'])));
    this.socket.on('message', (data: Buffer, isBinary) =>
      this.received.push(isBinary ? data : parsed(data.toString())),
    );
    this.closed = new Promise(resolve =>
      this.socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    this.#opened = new Promise(resolve => {
      this.socket.once('open', () => resolve(undefined));
      this.socket.on('error', ({ message }) => resolve({ message }));
      this.socket.once('unexpected-response', (_, response: IncomingMessage) => {
        let body = '';
        response.on('data', part => (body += String(part)));
        response.on('end', () => {
          this.socket.terminate();
          resolve({ message: 'refused', status: response.statusCode, headers: response.headers, body });
        });
      });
    });
  }

  /** Itself when it is open; rejects with the known reason for a refusal. */
  async opened(): Promise<this> {
    const refused = await this.#opened;
    if (refused) throw Object.assign(new Error(refused.message), refused);
    return this;
  }

  /** Why it was refused. */
  async refused(): Promise<Refused> {
    const refused = await this.#opened;
    if (!refused) throw new Error('It was opened.');
    return refused;
  }

  send(message: object | string | Uint8Array): void {
    this.socket.send(
      typeof message === 'string' || message instanceof Uint8Array ? message : JSON.stringify(message),
    );
  }

  /** Waits until there is something like it. */
  async until<Found = Record<string, unknown>>(
    wanted: (received: Received, index: number) => boolean,
  ): Promise<Found> {
    for (;;) {
      const found = this.received.find(wanted);
      if (found !== undefined) return found as Found;
      if (this.socket.readyState === WebSocket.CLOSED)
        throw new Error(`closed: ${JSON.stringify(this.received)}`);
      await Promise.race([new Promise(resolve => this.socket.once('message', resolve)), this.closed]);
    }
  }

  /** The messages of a type that came. */
  all(type: string): Record<string, unknown>[] {
    return this.received.filter((received): received is Record<string, unknown> => isType(type)(received));
  }

  get audioBytes(): number {
    return this.received.reduce(
      (sum, received) => sum + (Buffer.isBuffer(received) ? received.length : 0),
      0,
    );
  }
}

/** Recognises messages of a type. */
export const isType =
  (type: string) =>
  (received: Received): boolean =>
    typeof received === 'object' && !Buffer.isBuffer(received) && received['type'] === type;

/** Recognises audio. */
export const isAudio = (received: Received): received is Buffer => Buffer.isBuffer(received);

const parsed = (text: string): Received => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return text;
  }
};

/** 16-bit sound at 16,000 Hz, of a given length, ms: a tone, or silence. */
export const sound = (ms: number, loud = false): Buffer =>
  Buffer.from(
    Int16Array.from({ length: ms * 16 }, (_, index) =>
      loud ? 8_000 * Math.sin((2 * Math.PI * 220 * index) / 16_000) : 0,
    ).buffer,
  );
