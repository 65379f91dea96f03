import { z } from 'zod';
import type { ConversationEvent } from '../conversation/events.ts';
import type { Summary } from '../metrics/summary.ts';
import type { TurnMetrics } from '../metrics/turnMetrics.ts';

/**
 * The WebSocket sub-protocol of this version; PROTOCOL.md specifies it. Both sides send JSON texts, and audio as binary messages: `s16le`, mono,
 * 16,000 Hz; 20 ms (640 bytes) each is best, any even number of bytes up to a second is taken. Or Opus, where both sides
 * can. Positions in audio are samples, whatever the codec.
 */
export const protocolName = 'rxvoice.v1';

/** How audio is written: `pcm` is `s16le`; `opus` packets of 20 ms, each after its length. */
export type AudioCodec = 'pcm' | 'opus';

/** Hz, both ways. */
export const wireRate = 16_000;

/** The most bytes of one message, text or audio. */
export const maxMessageBytes = 65_536;

/** The most bytes of a text once there is a call: none that a client has reason to send comes near. */
export const maxTextBytes = 1_024;

/** How deep the `data` of `hello` may be nested: code that walks through it must not run out of stack. */
export const maxDepth = 32;

/** The most bytes of one audio message: a second. */
export const maxAudioBytes = wireRate * 2;

const count = z.int().nonnegative();

/** The first message of every connection. */
export const helloSchema = z.object({
  type: z.literal('hello'),
  /** A token of `mintToken`, where the server asks for one. */
  token: z.string().max(4_096).optional(),
  /** Whether `played` will be sent. Without it the server estimates the heard part by its clock. */
  acknowledges: z.boolean().default(false),
  /** The codecs it can write and read. Default `['pcm']`, which every client must support. Unknown ones are ignored. */
  audio: z.array(z.string().max(32)).max(16).default(['pcm']),
  /** Anything for the server's own code that sets the call up. */
  data: z.unknown().optional(),
  /** Goes on with a call whose connection was lost. */
  resume: z
    .object({
      call: z.string().max(64),
      secret: z.string().max(64),
      /** The `seq` of the last message received that had one; 0 for none. */
      seq: count,
      /** The last reply whose audio was received, 0 for none, and how many samples of it. */
      reply: count,
      samples: count,
    })
    .optional(),
});

/** Messages from the client, in addition to audio. */
export const clientMessageSchema = z.discriminatedUnion('type', [
  helloSchema,
  /** The loudspeaker's position in a reply, samples. Every 100 ms while it plays, and when it has ended. */
  z.object({ type: z.literal('played'), reply: count, samples: count }),
  /** Opus: the number of samples that come next which are the codec's delay, to be skipped. At most a second. */
  z.object({ type: z.literal('skip'), samples: count.max(wireRate) }),
  /** No more audio comes: the last reply is finished, then the call ends. */
  z.object({ type: z.literal('hangup') }),
]);

/** The first message of every connection. */
export type HelloMessage = z.input<typeof helloSchema>;

/** Messages from the client, in addition to audio. */
export type ClientMessage = z.input<typeof clientMessageSchema>;

/** An event of the conversation, as sent to a client: the failed stage is named, not the cause. */
export type ClientEvent =
  | Exclude<ConversationEvent, { readonly type: 'turn.failed' | 'call.warning' }>
  | Omit<Extract<ConversationEvent, { readonly type: 'turn.failed' }>, 'cause'>
  | Omit<Extract<ConversationEvent, { readonly type: 'call.warning' }>, 'message'>;

/** Messages from the server, in addition to audio. Those with a `seq` are sent again on a resumed connection. */
export type ServerMessage =
  /** Answers `hello`: the audio that follows, and what to say to go on with the call after the connection was lost. */
  | {
      readonly type: 'welcome';
      readonly call: string;
      readonly secret: string;
      readonly resumed: boolean;
      /** How many samples of the client's audio have arrived: it goes on from there. */
      readonly received: number;
      /** The reply that is being spoken; 0 for none. Drop the state of any other. */
      readonly reply: number;
      /** How long a lost connection is waited for, ms. */
      readonly resumeMs: number;
      /** The codec of this connection, both ways. */
      readonly audio: AudioCodec;
    }
  /** An event, `at` ms after the call was placed. `from`: with `bot.speaking`, where in the reply's audio. */
  | {
      readonly type: 'event';
      readonly seq?: number;
      readonly at: number;
      readonly event: ClientEvent;
      readonly from?: number;
    }
  /** The figures of a turn, and of all turns so far. */
  | {
      readonly type: 'metrics';
      readonly seq: number;
      readonly turn: TurnMetrics;
      readonly summary: Summary;
    }
  /**
   * The audio that follows belongs to this reply, from this sample on. `skip`: with Opus; use a fresh
   * decoder and drop that many samples of its output, the codec's delay.
   */
  | { readonly type: 'reply'; readonly reply: number; readonly from: number; readonly skip?: number }
  /** All audio of the reply was sent; its length in samples. */
  | { readonly type: 'replyEnd'; readonly reply: number; readonly samples: number }
  /** The reply was cut: fall silent at once, and drop the audio that was not heard. */
  | { readonly type: 'clear'; readonly reply: number }
  /** How many samples of the client's audio have arrived. Once a second: a connection without it is lost. */
  | { readonly type: 'received'; readonly samples: number }
  /** The client reads too slowly: the number of dispensable messages that were dropped. */
  | { readonly type: 'lagging'; readonly dropped: number }
  /** The call is over. The connection closes. */
  | { readonly type: 'ended'; readonly reason: string };
