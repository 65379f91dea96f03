import { randomBytes } from 'node:crypto';
import { Subscription, timer } from 'rxjs';
import type { WebSocket } from 'ws';
import { frameOf } from '../audio/frame.ts';
import type { ConversationEvent } from '../conversation/events.ts';
import type { Summary } from '../metrics/summary.ts';
import type { TurnMetrics } from '../metrics/turnMetrics.ts';
import { TokenBucket } from './tokenBucket.ts';
import type { Calls, CallConnection } from './calls.ts';
import { closeCodes } from '../protocol/closeCodes.ts';
import { Downlink } from './downlink.ts';
import type { Opus } from './opus.ts';
import { OpusDecoding } from './opusDecoding.ts';
import { OpusEncoding } from './opusEncoding.ts';
import { opusPackets, opusPacketSamples } from './opusMessage.ts';
import {
  type ClientEvent,
  type HelloMessage,
  maxAudioBytes,
  type ServerMessage,
  wireRate,
} from '../protocol/protocol.ts';
import type { Peer } from './peer.ts';
import { clientEvents, passing } from './clientEvents.ts';
import { Uplink } from './uplink.ts';

/** How long a call waits whose client was lost before it had sent `spoken` samples of audio, ms. */
const unspokenMs = 3_000;
const spoken = wireRate;

/** How much faster than real time a microphone's clock may run. */
const clockTolerance = 1.05;

/** Messages of audio a second, be they ever so short: frames of 5 ms. */
const framesPerSecond = 200;

/** Messages a second, and at once. */
const messages = { perSecond: 50, burst: 500 };

/** A call from a browser, which may outlive its connection. */
export class WebCall implements CallConnection {
  readonly transport = 'web';
  readonly call: string = randomBytes(12).toString('base64url');
  readonly secret: string = randomBytes(24).toString('base64url');
  readonly user: string | undefined;
  readonly peer: Peer;
  readonly #calls: Calls;
  readonly #told: ReadonlySet<ConversationEvent['type']>;
  readonly #uplink = new Uplink();
  readonly #downlink = new Downlink();
  readonly #audio: TokenBucket;
  readonly #frames: TokenBucket;
  readonly #messages = new TokenBucket(messages.perSecond / 1000, messages.burst);
  readonly #subscription = new Subscription();
  readonly #opus: Opus | undefined;
  /** Decoder for the current connection, where it uses Opus. */
  #decoding: OpusDecoding | undefined;
  #socket: WebSocket | undefined;
  #waiting = Subscription.EMPTY;

  constructor(
    calls: Calls,
    { user, peer }: { user: string | undefined; peer: Peer },
    tell?: readonly ConversationEvent['type'][],
    opus?: Opus,
  ) {
    this.#calls = calls;
    this.user = user;
    this.peer = peer;
    this.#opus = opus;
    this.#told = clientEvents(tell);
    // Audio recorded during an outage arrives at once afterwards.
    this.#audio = new TokenBucket(
      (clockTolerance * wireRate) / 1000,
      ((calls.limits.resumeMs + 5_000) * wireRate) / 1000,
    );
    this.#frames = new TokenBucket(
      framesPerSecond / 1000,
      ((calls.limits.resumeMs + 5_000) * framesPerSecond) / 1000,
    );
    this.#subscription.add(
      this.#downlink.dropped$.subscribe(dropped =>
        calls.tell({ type: 'dropped', call: this.call, messages: dropped }),
      ),
    );
    this.#subscription.add(
      timer(1_000, 1_000).subscribe(() =>
        this.#downlink.mention({ type: 'received', samples: this.#uplink.samples }),
      ),
    );
  }

  get frame$(): Uplink['frame$'] {
    return this.#uplink.frame$;
  }

  get output(): Downlink['output'] {
    return this.#downlink.output;
  }

  get spare(): boolean {
    return this.#socket === undefined && this.#uplink.samples < spoken;
  }

  /** The client is there, for the first time or again. */
  attach(socket: WebSocket, { acknowledges = false, audio, resume }: Omit<HelloMessage, 'type'>): void {
    const resumed = resume !== undefined;
    if (resumed) {
      this.#waiting.unsubscribe();
      this.#downlink.close(closeCodes.replaced, 'The call goes on over another connection.');
      this.#calls.tell({ type: 'resumed', call: this.call });
    }
    this.#socket = socket;
    const opus = audio?.includes('opus') === true ? this.#opus : undefined;
    this.#decoding?.close();
    this.#decoding = opus && new OpusDecoding(opus);
    const welcome: ServerMessage = {
      type: 'welcome',
      call: this.call,
      secret: this.secret,
      resumed,
      received: this.#uplink.samples,
      reply: this.#downlink.reply,
      resumeMs: this.#calls.limits.resumeMs,
      audio: opus === undefined ? 'pcm' : 'opus',
    };
    this.#downlink.attach(
      socket,
      welcome,
      resume ?? { seq: 0, reply: 0, samples: 0 },
      acknowledges,
      opus && new OpusEncoding(opus),
    );
  }

  /** Whether the call goes over this connection at present. */
  isOver(socket: WebSocket): boolean {
    return socket === this.#socket;
  }

  /** This connection was lost: another is waited for, for a while. */
  detach(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#downlink.detach();
    this.#calls.tell({ type: 'detached', call: this.call });
    const { resumeMs } = this.#calls.limits;
    const waitMs = this.#uplink.samples < spoken ? Math.min(resumeMs, unspokenMs) : resumeMs;
    this.#waiting = timer(waitMs).subscribe(() =>
      this.#calls.hangUp(this.call, closeCodes.gone, 'The connection was lost and did not come back.'),
    );
  }

  /** Takes audio. Returns the error in it, if any. */
  take(bytes: Uint8Array): 'malformed' | 'tooFast' | undefined {
    if (!this.#frames.take(1)) return 'tooFast';
    if (this.#decoding !== undefined) return this.#takePackets(this.#decoding, bytes);
    if (bytes.byteLength % 2 !== 0 || bytes.byteLength > maxAudioBytes) return 'malformed';
    if (!this.#audio.take(bytes.byteLength / 2)) return 'tooFast';
    this.#uplink.take(frameOf(bytes, wireRate));
    return undefined;
  }

  /** The next samples, this many, are the delay of the client's codec. */
  skip(samples: number): void {
    if (this.#decoding !== undefined) this.#decoding.skip = samples;
  }

  /** Takes a message. Returns whether it was within the rate limit. */
  allowed(): boolean {
    return this.#messages.take(1);
  }

  played(reply: number, samples: number): void {
    this.#downlink.played(reply, samples);
  }

  /** The client has nothing more to say: the last reply is finished. */
  end(): void {
    this.#uplink.end();
  }

  happened(event: ConversationEvent, at: number): void {
    if (!this.#told.has(event.type)) return;
    const message = { type: 'event', at, event: forClient(event) } as const;
    if (passing.has(event.type)) return this.#downlink.mention(message);
    this.#downlink.tell(
      event.type === 'bot.speaking' ? { ...message, from: this.#downlink.samples } : message,
    );
  }

  measured(turn: TurnMetrics, summary: Summary): void {
    this.#downlink.tell({ type: 'metrics', turn, summary });
  }

  close(code: number, reason: string): void {
    this.#waiting.unsubscribe();
    this.#subscription.unsubscribe();
    this.#decoding?.close();
    this.#decoding = undefined;
    this.#downlink.mention({ type: 'ended', reason });
    this.#downlink.close(code, reason);
    this.#socket = undefined;
    this.#downlink.detach();
  }

  #takePackets(decoding: OpusDecoding, bytes: Uint8Array): 'malformed' | 'tooFast' | undefined {
    const packets = opusPackets(bytes);
    if (packets === undefined) return 'malformed';
    if (!this.#audio.take(packets.length * opusPacketSamples)) return 'tooFast';
    for (const packet of packets) {
      const pcm = decoding.decode(packet);
      if (pcm === undefined) return 'malformed';
      if (pcm.length > 0) this.#uplink.take({ pcm, sampleRate: wireRate });
    }
    return undefined;
  }
}

/** The failed stage is named, not the cause: causes and messages reveal the server's internals. */
const forClient = (event: ConversationEvent): ClientEvent => {
  switch (event.type) {
    case 'turn.failed': {
      const { cause, ...rest } = event;
      return rest;
    }
    case 'call.warning':
      return { type: event.type, stage: event.stage };
    default:
      return event;
  }
};
