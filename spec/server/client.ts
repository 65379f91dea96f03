import { once } from 'node:events';
import { firstValueFrom, Observable, ReplaySubject, filter, map, scan } from 'rxjs';
import WebSocket, { type ClientOptions } from 'ws';
import { frameOf } from '../../lib/audio/index.ts';
import type { ServerMessage } from '../../lib/server/index.ts';
import type { Opus } from '../../lib/server/opus.ts';
import { OpusDecoding } from '../../lib/server/opusDecoding.ts';
import { opusPackets } from '../../lib/server/opusMessage.ts';

type Message<Type extends ServerMessage['type']> = Extract<ServerMessage, { readonly type: Type }>;

/** A client of the protocol, as plain as can be: it sends the spec's messages, and records those it receives. */
export class TestClient {
  readonly socket: WebSocket;
  readonly #received$ = new ReplaySubject<ServerMessage>();
  readonly #audio$ = new ReplaySubject<number>();
  /** How replies are read, where they come in Opus. */
  readonly #opus: Opus | undefined;
  #decoding: OpusDecoding | undefined;
  /** The audio of all replies. */
  readonly pcm: Int16Array[] = [];
  /** Samples of each reply that arrived. */
  readonly samples: Record<number, number> = {};
  readonly messages: ServerMessage[] = [];
  /** The order in which replies and `clear` came. */
  #reply = 0;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  seq = 0;
  /** Whether audio counts as heard when it arrives. */
  readonly #hears: boolean;

  constructor(
    url: string,
    {
      hears = true,
      opus,
      ...options
    }: ClientOptions & { readonly hears?: boolean; readonly opus?: Opus | undefined } = {},
  ) {
    this.#hears = hears;
    this.#opus = opus;
    this.socket = new WebSocket(url.replace(/^http/u, 'ws'), 'rxvoice.v1', options);
    this.socket.on('error', () => undefined);
    this.closed = new Promise(resolve =>
      this.socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        // Later messages are not waited for.
        this.#received$.error(new Error(`closed with ${code}: ${reason.toString()}`));
        this.#audio$.error(new Error(`closed with ${code}`));
      }),
    );
    this.socket.on('message', (data: Buffer, binary) => {
      if (binary) this.#audio(data);
      else this.#message(JSON.parse(data.toString()) as ServerMessage);
    });
  }

  async opened(): Promise<this> {
    await once(this.socket, 'open');
    return this;
  }

  say(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  hello(more: object = {}): Promise<Message<'welcome'>> {
    this.say({ type: 'hello', acknowledges: true, ...(this.#opus && { audio: ['opus', 'pcm'] }), ...more });
    return this.next('welcome');
  }

  /** Silence of a given length, ms, in frames of 20 ms. */
  speak(ms: number): void {
    for (let at = 0; at < ms; at += 20) this.socket.send(new Uint8Array(640));
  }

  /** The first message of this kind, which may have come already. */
  next<Type extends ServerMessage['type']>(
    type: Type,
    fits: (message: Message<Type>) => boolean = () => true,
  ): Promise<Message<Type>> {
    return firstValueFrom(
      this.#received$.pipe(
        filter((message): message is Message<Type> => message.type === type),
        filter(fits),
      ),
    );
  }

  /** The first event of this kind. */
  async event(type: string, turn?: number): Promise<Message<'event'>['event']> {
    const { event } = await this.next(
      'event',
      ({ event }) => event.type === type && (turn === undefined || ('turn' in event && event.turn === turn)),
    );
    return event;
  }

  /** When a given length of a reply has arrived. */
  heard(reply: number, samples: number): Promise<unknown> {
    return firstValueFrom(this.audio$.pipe(filter(() => (this.samples[reply] ?? 0) >= samples)));
  }

  readonly audio$: Observable<number> = this.#audio$.pipe(
    map(samples => samples),
    scan((sum, samples) => sum + samples, 0),
  );

  /** The `hello` that resumes a call. */
  resume(welcome: Message<'welcome'>): object {
    const { call, secret } = welcome;
    return {
      resume: { call, secret, seq: this.seq, reply: this.#reply, samples: this.samples[this.#reply] ?? 0 },
    };
  }

  /** The network is gone. */
  vanish(): void {
    this.socket.terminate();
  }

  #message(message: ServerMessage): void {
    this.messages.push(message);
    if ('seq' in message) this.seq = message.seq ?? this.seq;
    if (message.type === 'reply') {
      this.#reply = message.reply;
      this.samples[message.reply] = message.from;
      this.#decoding = message.skip === undefined ? undefined : new OpusDecoding(this.#opus!);
      if (this.#decoding !== undefined) this.#decoding.skip = message.skip!;
    }
    this.#received$.next(message);
  }

  #audio(bytes: Buffer): void {
    const pieces =
      this.#decoding === undefined
        ? [frameOf(bytes, 16_000).pcm]
        : opusPackets(bytes)!.map(packet => this.#decoding!.decode(packet)!);
    this.pcm.push(...pieces);
    const came = pieces.reduce((sum, { length }) => sum + length, 0);
    const samples = (this.samples[this.#reply] = (this.samples[this.#reply] ?? 0) + came);
    this.#audio$.next(came);
    if (this.#hears) this.say({ type: 'played', reply: this.#reply, samples });
  }
}
