import type { OpenaiConnectionOptions } from './openaiConnection.ts';

/** How OpenAI listens. */
export interface OpenaiSttOptions extends Omit<OpenaiConnectionOptions, 'fetch'> {
  /**
   * Default `gpt-live-transcribe`, which reports words while they are spoken; with `turnDetection` by the service
   * `gpt-transcribe`, which reports them at the end of a turn. With a server of your own it must be given.
   */
  readonly model?: string;
  /**
   * The end of a turn: `local`, by the loudness of the voice; `server`, by the service's voice detection; `semantic`, by
   * meaning. Default `local` with a model that streams words (OpenAI has no turn detection for those), else `server`.
   */
  readonly turnDetection?: 'local' | 'server' | 'semantic';
  /** Silence after which the user has finished, ms; not with `semantic`. Default 300. */
  readonly endpointingMs?: number;
  /** With `semantic` only: how soon a turn is taken for finished. Default: the service's, `auto`. */
  readonly eagerness?: 'low' | 'medium' | 'high' | 'auto';
  /** With `server` only: how sure the detection must be that it hears a voice, 0 … 1. Default: the service's, 0.5. */
  readonly threshold?: number;
  /** With `local` only: the time without a new word that ends a turn where noise hides the silence, ms. Default 1,500. */
  readonly silenceMs?: number;
  /** In a turn that is longer than this, words become final before its end, ms. With `local` only. Default 20,000. */
  readonly maxMs?: number;
  /** A language such as `en` or `de-CH`. Default: any. */
  readonly language?: string;
  /** The languages to expect, where there are several: `['en', 'es']`. */
  readonly languageHints?: readonly string[];
  /** Names and terms to listen for. */
  readonly keyterms?: readonly string[];
  /** The subject of the call, in words, to guide the transcription. */
  readonly prompt?: string;
  /** With a model that streams words: how long it waits before it writes them. Default: the service's. */
  readonly delay?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
  /** The service's own filter: for a microphone near the mouth, or far from it. Default: none. */
  readonly noiseReduction?: 'near_field' | 'far_field';
  /** Further fields of `session.audio.input.transcription`, as the API calls them. They replace ours. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** How much audio waits for a connection that was lost, ms. Default 30,000. */
  readonly bufferMs?: number;
  /** The longest the service may give no sign of life, and no answer to a voice, ms. Default 5,000. */
  readonly timeoutMs?: number;
  /**
   * The longest outage of the service that a call survives, ms: audio is kept meanwhile and transcribed late. Default
   * 20,000; 2,000 where `failover` has another engine.
   */
  readonly outageMs?: number;
  /** Failures in a row after which it gives up, whatever the time. Default: no limit. */
  readonly retries?: number;
}
