import type { OpenaiConnectionOptions } from './openaiConnection.ts';
import type { OpenaiSttOptions } from './openaiSttOptions.ts';

/** How a model of OpenAI's Realtime API hears and speaks. */
export interface OpenaiRealtimeOptions
  extends
    Omit<OpenaiConnectionOptions, 'fetch'>,
    Pick<
      OpenaiSttOptions,
      | 'turnDetection'
      | 'endpointingMs'
      | 'eagerness'
      | 'threshold'
      | 'silenceMs'
      | 'language'
      | 'languageHints'
      | 'keyterms'
      | 'noiseReduction'
      | 'maxMs'
    > {
  /** Default `gpt-realtime-2.1`; with a server of your own it must be given. */
  readonly model?: string;
  /** The model that transcribes the user. Default as in `OpenaiSttOptions`. */
  readonly transcriptionModel?: string;
  /** Default `marin`. */
  readonly voice?: string;
  /** 1 is the voice's own speed: 0.25 … 1.5. */
  readonly speed?: number;
  /** How much the model thinks before it answers, where it can: `minimal`, `low`, … Default: the service's. */
  readonly reasoningEffort?: string;
  /** The longest answer, tokens, those of audio included. Default: the service's. */
  readonly maxTokens?: number;
  /** Further fields of `response.create`, as the API calls them. They replace ours. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
  /** The longest the service may send nothing while it owes an answer, ms. Default 15,000. */
  readonly timeoutMs?: number;
  /** The longest outage of the service that a call survives, ms. Default 20,000. */
  readonly outageMs?: number;
}
