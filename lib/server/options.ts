import type { IncomingMessage } from 'node:http';
import type { AddressOf } from './addressOf.ts';
import type { Endpoints } from './endpoints.ts';
import type { TokenSecret } from './token.ts';
import type { Observable } from 'rxjs';
import type { Conversation } from '../conversation/conversation.ts';
import type { ConversationEvent } from '../conversation/events.ts';

/** Facts about a new call, for setting it up. */
export interface CallHello {
  /** The call's name, as in the server's events. */
  readonly call: string;
  /** The user, as named in the token. */
  readonly user: string | undefined;
  /** Other data of the token. */
  readonly claims: unknown;
  /** Data the client sent: don't trust it. On the phone the custom parameters of the stream. */
  readonly data: unknown;
  /** The keys that are pressed at the phone: 0–9, *, #. Nothing comes from a page. */
  readonly keys$: Observable<string>;
}

/** The bot that answers a call: the result of `setup`, or any object with a conversation. */
export interface Answering {
  readonly conversation$: Conversation;
}

/** Sets a call up. Throwing refuses it. */
export type SetUpCall = (request: IncomingMessage, hello: CallHello) => Answering | PromiseLike<Answering>;

/** How much a server takes. */
export interface ServerLimits {
  /** Calls at the same time, and connections that may become one. Default 200. */
  readonly calls?: number;
  /** Calls of one user, by the token, at the same time. Default half of `calls`. */
  readonly callsPerUser?: number;
  /**
   * Calls from one address (of IPv6 one /64 network) at the same time; connections are limited accordingly. Default half
   * of `calls`; for private and loopback addresses no limit, unless `addressOf` is given: they may be a proxy's. Phone
   * calls are not limited by it, since they all come from Twilio.
   */
  readonly callsPerAddress?: number;
  /** How long a call may last, ms. Default 3,600,000: an hour. */
  readonly callMs?: number;
  /** How long both sides may be silent, ms. Default 300,000: 5 minutes. */
  readonly idleMs?: number;
  /**
   * How long a call waits for its client after the connection was lost, ms; a minute at most, as much as is kept. Default
   * 30,000. A call that has sent less than a second of audio waits 3 s, and ends at once when the server is full.
   */
  readonly resumeMs?: number;
  /** How long a connection may take to say `hello`, ms. Default 5,000. */
  readonly helloMs?: number;
  /** How often connections are asked whether they are still there, ms; one that stays silent until the next time is lost. Default 10,000. */
  readonly pingMs?: number;
}

/** How a phone line is answered: Twilio Media Streams (`<Connect><Stream url="wss://…/twilio"/></Connect>`). */
export interface TwilioOptions {
  /**
   * Your account's auth token, with which Twilio signs; several while one replaces another. `false` accepts unsigned calls.
   */
  readonly authToken: string | readonly string[] | false;
  /** The address Twilio calls, where a proxy in between changes host or path: "wss://example.com/twilio". */
  readonly url?: string;
  /** Default `/twilio`. A slash after it makes no difference. */
  readonly path?: string;
  /**
   * Also asks each stream for a token of `mintToken`: `<Parameter name="token" value="…"/>` in the TwiML your webhook
   * answers with. A signature is the same for every call, so an attacker who has seen one could use it again; a token
   * is valid once. Needs `tokenSecret`. Default `false`.
   */
  readonly callTokens?: boolean;
}

/** How calls are taken. */
export interface VoiceServerOptions {
  /**
   * Sets up each call: its engines, prompt, voice and tools. Make the engines once and hold their `warm$`, so that
   * calls start at once.
   */
  readonly call: SetUpCall;
  /** Where clients connect. Default `/call`. */
  readonly path?: string;
  /**
   * The origins of the pages that may call, such as "https://example.com". Default: this server's own, with scheme, host
   * and port; behind a proxy that speaks TLS it must forward `Host` and `X-Forwarded-Proto`. Clients that are no browsers
   * send no origin and are not held back by this: ask for tokens.
   */
  readonly origins?: readonly string[] | 'any';
  /**
   * The hosts this server may be asked for, without port: "example.com", or ".example.com" for all below it; loopback
   * hosts are always among them. It protects from DNS rebinding, with which a page on the web can reach a server in your
   * own network. Default: requests that come from this machine itself, without a proxy, must ask for a loopback host.
   * With `serve` on a loopback address: loopback hosts only.
   */
  readonly allowedHosts?: readonly string[] | 'any';
  /**
   * Returns the address of a caller. Default: the connection's. Behind a proxy use `forwardedAddress()`, which reads
   * the proxy's header; without a proxy callers could forge that header.
   */
  readonly addressOf?: AddressOf;
  /**
   * With it each new call needs a token of `mintToken` with the same secret, one that no other call was placed with. A
   * list while one secret replaces another: tokens of each are accepted, the page's are signed with the first.
   */
  readonly tokenSecret?: TokenSecret;
  /** The `audience` a token must be made for. Default none. */
  readonly tokenAudience?: string;
  /** By how much the clock of the machine that makes tokens may be behind, ms. Default 5,000. */
  readonly tokenLeewayMs?: number;
  /** Serves a page to talk with, at `/`. It can only call where no token is needed or `pageToken` is set. Default `false`. */
  readonly page?: boolean;
  /**
   * Whether the page may fetch a token at `/token`: any visitor of the page may then call. Only for pages of this
   * server (`Sec-Fetch-Site: same-origin`). Default `false`.
   */
  readonly pageToken?: boolean;
  /**
   * Paths for operators: health, readiness, Prometheus metrics. Default: none on a server of yours, which may have its
   * own, and all with `serve`. `true` for all; `false` for none.
   */
  readonly endpoints?: boolean | Endpoints;
  readonly limits?: ServerLimits;
  /** Events of the conversation the client receives in addition to the default ones, such as "bot.token". */
  readonly tell?: readonly ConversationEvent['type'][];
  /**
   * Takes and sends Opus where the browser can: 32 kbit/s each way instead of 256. Needs the package `@evan/opus`, and
   * about 80 ms of CPU a minute of a call. Default `false`.
   */
  readonly opus?: boolean;
  /** Answers the phone, too. */
  readonly twilio?: TwilioOptions;
}
