import type { Observable } from 'rxjs';
import type { FluxConfiguration } from './fluxConfiguration.ts';

// The options by themselves: `setup` has them in its types, which must not lead to those of the SDK.

/** How a Deepgram engine reaches its server. */
export interface DeepgramConnectionOptions {
  /** Default: the environment variable `DEEPGRAM_API_KEY`. */
  readonly apiKey?: string;
  /**
   * A temporary token (`POST /v1/auth/grant`) instead of a key, or a function that returns one: it is called for each
   * connection, since tokens last for seconds. Default: the environment variable `DEEPGRAM_ACCESS_TOKEN`, where there
   * is no key.
   */
  readonly accessToken?: string | (() => string | Promise<string>);
  /**
   * Another address of the service: a region (`https://api.eu.deepgram.com`), your own installation, a test server.
   * Default: the environment variable `DEEPGRAM_BASE_URL`, else Deepgram itself.
   */
  readonly baseURL?: string;
  /** Further HTTP headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Options of Nova only. */
export interface NovaOptions {
  /**
   * Silence after which the user has finished, ms, by the service's voice detection. Default 300: a shorter time cuts
   * off users who take a breath, a longer one delays every answer by the difference.
   */
  readonly endpointingMs?: number;
  /**
   * The gap between words that ends a turn where noise keeps the voice detection from it, ms, at least 1,000. Default
   * 1,000.
   */
  readonly utteranceEndMs?: number;
  /** The silence of our own that ends a turn when the service's signals don't come, ms. Default 1,500. */
  readonly silenceMs?: number;
}

/** Options of Flux only. */
export interface FluxOptions {
  /** How sure it must be that the turn ended, 0.5 … 1. Default: the service's, 0.7. */
  readonly eotThreshold?: number;
  /**
   * Confidence at which it emits that the turn may have ended (`eagerEnd`), 0.3 … 0.9, at most `eotThreshold`: the
   * answer is then prepared, at the price of requests that are thrown away. Default: never.
   */
  readonly eagerEotThreshold?: number;
  /** Silence after which a turn ends in any case, ms, 500 … 60,000. Default: the service's, 5,000. */
  readonly eotTimeoutMs?: number;
  /**
   * Audio is joined to messages of this length, ms. Default 0: sent as it comes, which is never later. The service
   * recommends 80, four times fewer messages, at the price of up to 60 ms.
   */
  readonly chunkMs?: number;
  /** In a turn that is longer than this, words become final before its end, ms. Default 20,000. */
  readonly maxMs?: number;
  /** The languages to expect, with `flux-general-multi`: `['en', 'es']`. Default: any that it knows. */
  readonly languageHints?: readonly string[];
  /**
   * Changes in the course of a call. They are merged, sent one at a time, and also apply to connections that follow.
   * Default: none.
   */
  readonly configure$?: Observable<FluxConfiguration>;
}

/** How Deepgram listens. */
export interface DeepgramSttOptions extends DeepgramConnectionOptions, NovaOptions, FluxOptions {
  /** Default `nova-3`. A `flux-…` model decides by meaning when a turn ends, and has options of its own. */
  readonly model?: string;
  /** A language such as `en`, `de-CH` or `multi`. Default: the service's, English. */
  readonly language?: string;
  /** Names and terms to listen for. */
  readonly keyterms?: readonly string[];
  /**
   * Further parameters, as the service calls them; they replace ours: `{ redact: ['pci', 'ssn'], numerals: true }`.
   * A list repeats the parameter.
   */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The rate of the input, Hz, so that the connection can be opened before it. Default 16,000; another one works. */
  readonly sampleRate?: number;
  /** How much audio waits for a connection that was lost, ms. Default 30,000. */
  readonly bufferMs?: number;
  /**
   * The longest the service may give no sign of life, and no answer to a voice, ms. Default 5,000. In silence it owes
   * none.
   */
  readonly timeoutMs?: number;
  /**
   * The longest outage of the service that a call survives, ms: audio is kept meanwhile and transcribed late. A
   * connection that lasted (twice `timeoutMs`, at least 5 s) ends an outage. Default 20,000; 2,000 where `failover` has
   * another engine.
   */
  readonly outageMs?: number;
  /** Failures in a row after which it gives up, whatever the time. Default: no limit. */
  readonly retries?: number;
}

/** How Deepgram speaks. */
export interface DeepgramTtsOptions extends DeepgramConnectionOptions {
  /**
   * Default `aura-2-thalia-en`. A `flux-…` voice (`flux-alexis-en`) takes text as it is written and reports the
   * part that was heard of a reply that was cut.
   */
  readonly model?: string;
  /** The model by the name of its voice alone: `thalia` for `aura-2-thalia-en`, `alexis` for `flux-alexis-en`. */
  readonly voice?: string;
  /** One WebSocket a call (`websocket`, default), or a request a sentence (`rest`). */
  readonly transport?: 'websocket' | 'rest';
  /** Hz: 8,000, 16,000, 24,000 (default), 32,000 or 48,000; a Flux voice also 44,100. */
  readonly sampleRate?: number;
  /** 1 is the voice's own speed; Aura 0.7 … 1.5, a Flux voice 0.5 … 1.5 in steps of 0.05. */
  readonly speed?: number;
  /** A Flux voice only: from calm (-2) to animated (2), in whole numbers. Default: the service's, 0. */
  readonly expressivity?: number;
  /** Further parameters, as the service calls them; they replace ours. A list repeats the parameter. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The longest the service may send nothing while it owes audio, and to accept a connection, ms. Default 5,000. */
  readonly timeoutMs?: number;
  /**
   * The longest outage of the service that a sentence survives, ms: it is spoken late. A connection that lasted (twice
   * `timeoutMs`, at least 5 s) ends an outage. Default 20,000; 2,000 where `failover` has another engine.
   */
  readonly outageMs?: number;
  /** Failures in a row after which it gives up, whatever the time. Default: no limit. */
  readonly retries?: number;
  /** Flush messages an Aura socket may take in a minute. Default 20, the service's limit. */
  readonly flushesPerMinute?: number;
  /** Characters an Aura socket may take in a minute. Default 2,400, the service's limit. */
  readonly charactersPerMinute?: number;
}
