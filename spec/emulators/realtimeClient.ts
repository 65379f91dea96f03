import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** An event of the Realtime API. */
export interface RealtimeEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A client of the Realtime API that keeps all it receives. */
export class RealtimeClient {
  readonly events: RealtimeEvent[] = [];
  /** How the connection ended. */
  closed: { readonly code: number; readonly reason: string } | undefined;
  readonly #socket: WebSocket;
  #seen = 0;

  constructor(url: string, key = 'key') {
    this.#socket = new WebSocket(url, { headers: { authorization: `Bearer ${key}` } });
    this.#socket.on('message', data => {
      try {
        this.events.push(JSON.parse((data as Buffer).toString()) as RealtimeEvent);
      } catch {
        // garbage is a fault
      }
    });
    this.#socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    this.#socket.on('error', () => undefined);
  }

  /** Sends an event once the connection is open. */
  async send(event: RealtimeEvent): Promise<void> {
    while (this.#socket.readyState === WebSocket.CONNECTING) await wait(1);
    this.#socket.send(JSON.stringify(event));
  }

  /** The next event of a type after those that were returned. */
  async next(type: string): Promise<RealtimeEvent> {
    for (;;) {
      const at = this.events.findIndex((event, index) => index >= this.#seen && event.type === type);
      if (at >= 0) {
        this.#seen = at + 1;
        return this.events[at]!;
      }
      if (this.closed)
        throw new Error(`closed (${this.closed.code}) before ${type}: ${this.types().join(' ')}`);
      await wait(2);
    }
  }

  /** Waits until the connection is over. */
  async over(): Promise<{ readonly code: number; readonly reason: string }> {
    while (this.closed === undefined) await wait(2);
    return this.closed;
  }

  /** Appends audio: silence or a tone, ms, in pieces of 100 ms at once. */
  async append(ms: number, isLoud = false, rate = 24_000): Promise<void> {
    for (let left = ms; left > 0; left -= 100) {
      const count = Math.round((Math.min(100, left) * rate) / 1000);
      const pcm = Int16Array.from({ length: count }, (_, index) =>
        isLoud ? 8_000 * Math.sin(index / 10) : 0,
      );
      await this.send({
        type: 'input_audio_buffer.append',
        audio: Buffer.from(pcm.buffer).toString('base64'),
      });
    }
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** The length of the audio of a response, ms. */
  audioMs(responseId: unknown): number {
    return this.events
      .filter(event => event.type === 'response.output_audio.delta' && event['response_id'] === responseId)
      .reduce((sum, { delta }) => sum + Buffer.from(String(delta), 'base64').length / 48, 0);
  }

  close(): void {
    this.#socket.terminate();
  }
}
