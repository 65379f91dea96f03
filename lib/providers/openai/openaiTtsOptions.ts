import type { OpenaiConnectionOptions } from './openaiConnection.ts';

/** How a voice of OpenAI, or of a server that speaks one of its protocols, speaks. */
export interface OpenaiTtsOptions extends OpenaiConnectionOptions {
  /**
   * `realtime`: a model of the Realtime API reads each sentence aloud, over one WebSocket a call. `speech`: a request to
   * `/audio/speech` for each sentence; OpenAI ends that on 6 January 2027, other servers keep it. Default: by the model;
   * without one `realtime` at OpenAI itself, and `speech` at any other `baseURL`.
   */
  readonly api?: 'realtime' | 'speech';
  /**
   * Default `gpt-realtime-2.1-mini`, or `gpt-4o-mini-tts` with `api: 'speech'`; with a server of your own it must be
   * given.
   */
  readonly model?: string;
  /** Default `marin`; with `api: 'speech'` it is `alloy`. */
  readonly voice?: string;
  /** How it speaks, in words: "Calm and friendly." Not for `tts-1` and `tts-1-hd`. */
  readonly instructions?: string;
  /** 1 is the voice's own speed: 0.25 … 1.5, or … 4 with `api: 'speech'`. */
  readonly speed?: number;
  /**
   * The format that `/audio/speech` is asked for. Default `pcm`; `wav` for a server that has no other (Groq). Sound is
   * recognised by its first bytes, so the other one is understood all the same.
   */
  readonly responseFormat?: 'pcm' | 'wav';
  /** The sample rate of raw PCM of `/audio/speech`, Hz. Default: the rate in the server's content type, else 24,000. */
  readonly sampleRate?: number;
  /** Further fields of the request's body, or of `response.create`, as the API calls them. They replace ours. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
  /** The longest the server may send nothing while it owes audio, before the first and after it, ms. Default 5,000. */
  readonly timeoutMs?: number;
  /**
   * How long a sentence is requested again after a failure, ms. Default 20,000; over a WebSocket 2,000 where `failover`
   * has another engine.
   */
  readonly retryForMs?: number;
  /** How often at most. Default: as often as the time allows. */
  readonly retries?: number;
}
