import type { Tts } from '../../tts/tts.ts';
import type { LoopbackOptions } from '../loopback/loopbackOptions.ts';
import type { HeardOptions } from '../loopback/sttScript.ts';

/** Options of {@link openaiServer}: its answers, its speech, its speed and its faults. */
export interface OpenaiServerOptions extends LoopbackOptions, HeardOptions {
  /** The model's answer, or a function of the request. Default `Hello. This is a test.` */
  readonly reply?: ModelReply | ((messages: readonly ChatMessage[], request: ChatRequest) => ModelReply);
  /** The models there are; a request for another is refused. Default any. */
  readonly models?: readonly string[];
  /** The voice. Default a hum as long as the text would take. */
  readonly tts?: Tts;
  /** How long a character takes to hum, ms. Default 60. */
  readonly msPerCharacter?: number;
  /**
   * The words that a Realtime model says instead of a text that it should read: `text => text.replace('I am', "I'm")`.
   * `index` counts the texts of a connection from 0. Default: the text.
   */
  readonly reword?: (text: string, index: number) => string;
  /** How fast it is. */
  readonly latencies?: OpenaiLatencies;
  /** Limits of its WebSockets. Default those of the service. */
  readonly limits?: OpenaiLimits;
}

/** Limits of the loopback OpenAI's WebSockets. */
export interface OpenaiLimits {
  /** The longest time that a Realtime session lasts, ms. Default 60 minutes. */
  readonly sessionMs?: number;
  /** The longest time that a connection of the Responses API lasts, ms. Default 60 minutes. */
  readonly connectionMs?: number;
  /** The number of responses that the Responses API writes at the same time; further ones wait. Default 16. */
  readonly activeResponses?: number;
  /** The number of different `stream_id`s of a connection of the Responses API. Default 32. */
  readonly streamIds?: number;
}

/** How fast the loopback OpenAI is. */
export interface OpenaiLatencies {
  /** From the request to the headers and the first token, ms. Default 250. */
  readonly firstTokenMs?: number;
  /** Tokens a second after that. Default 50; 0 sends them all at once. */
  readonly tokensPerSecond?: number;
  /** From the request to the first audio, ms. Default 120. */
  readonly ttsMs?: number;
  /** How much faster than real time speech comes. Default 8. */
  readonly ttsSpeed?: number;
  /** From the request for a WebSocket to its opening, ms. Default 0; over a network some 200. */
  readonly connectMs?: number;
  /** From the audio that decides it to a transcript, ms. Default 80. */
  readonly sttMs?: number;
}

/** A model's answer: a text, or more than that. */
export type ModelReply =
  | string
  | {
      readonly text?: string;
      /** Functions it wants called, after the text if there is one. */
      readonly toolCalls?: readonly {
        readonly name: string;
        /** An object, or JSON (also invalid) as the model writes it. */
        readonly arguments: object | string;
      }[];
      /** Its reasoning before the text, which clients see in encrypted form, and of the Responses API only. */
      readonly reasoning?: string;
      /** Why it does not answer. */
      readonly refusal?: string;
      /** Why it ends. Default `stop`, `tool_calls` with tool calls, `length` where the request's limit cut it. */
      readonly finishReason?: 'stop' | 'length' | 'tool_calls' | 'content_filter';
    };

/** A message of a chat, as clients send it. */
export interface ChatMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  readonly content?: unknown;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly type: 'function';
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
}

/** The body of a request for a chat completion. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean; readonly include_obfuscation?: boolean };
  readonly max_completion_tokens?: number;
  readonly max_tokens?: number;
  readonly reasoning_effort?: string;
  readonly tools?: readonly unknown[];
  readonly tool_choice?: unknown;
}

/** Defaults of the latencies. */
export const defaultLatencies = {
  firstTokenMs: 250,
  tokensPerSecond: 50,
  ttsMs: 120,
  ttsSpeed: 8,
  connectMs: 0,
  sttMs: 80,
} as const satisfies Required<OpenaiLatencies>;

/** Defaults of the limits. */
export const defaultLimits = {
  sessionMs: 3_600_000,
  connectionMs: 3_600_000,
  activeResponses: 16,
  streamIds: 32,
} as const satisfies Required<OpenaiLimits>;
