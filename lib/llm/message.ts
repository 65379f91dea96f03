import type { Observable } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Engine } from '../engine.ts';

/** One entry of a conversation's history, in the form chat models take. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  /** Of an assistant: the tools it called. The results follow, a `tool` message each. */
  readonly toolCalls?: readonly ToolCall[];
  /** Of a tool: which call this is the result of. */
  readonly toolCallId?: string;
}

/** A model's request to run a tool. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON, as the model wrote it: it may be wrong. */
  readonly arguments: string;
  /**
   * Opaque data that the model's service attached to the call, or to the message with it, and expects back with the
   * history: a signature, its reasoning.
   */
  readonly providerData?: unknown;
}

/** A tool as a model sees it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  /** Its arguments: a JSON Schema of an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Options of a request, in addition to the messages. */
export interface LlmRequest {
  /** The tools that the model may call; a model that can't leaves them alone. */
  readonly tools?: readonly ToolDescription[];
  /** Whether the model may call them, or must answer in words. Default `auto`. */
  readonly toolChoice?: 'auto' | 'none';
}

/** An event of a language model's answer. */
export type LlmEvent =
  /** The next piece of the answer, of any length. */
  | { readonly type: 'token'; readonly text: string }
  /** The model calls a tool, and its answer ends without the result; the next request contains it. */
  | ({ readonly type: 'toolCall' } & ToolCall)
  /** The result or error of a tool. It comes from the part that runs the tools, not from the model. */
  | { readonly type: 'toolResult'; readonly id: string; readonly name: string; readonly content: string }
  /**
   * The model speaks its answer itself: this is the audio of the tokens that follow, up to the next such event. The words
   * should come ahead of their audio.
   */
  | ({ readonly type: 'voice' } & AnswerVoice)
  /** The cost of the answer, in tokens; at most once a request. */
  | {
      readonly type: 'usage';
      readonly promptTokens: number;
      readonly completionTokens: number;
      /** Tokens of the prompt that the service had cached, and so were cheaper and faster. */
      readonly cachedTokens?: number;
      /** Tokens of the completion that were reasoning, not text. */
      readonly reasoningTokens?: number;
    };

/**
 * A language model: subscribing asks, unsubscribing aborts the request, completion ends the answer.
 *
 * @example
 * const parrot: Llm = messages => of({ type: 'token', text: `You said: ${messages.at(-1)?.content}` });
 */
export type Llm = ((messages: readonly Message[], request?: LlmRequest) => Observable<LlmEvent>) &
  Engine<Llm> & {
    /** Whether it speaks its answers itself: they have `voice` events, and their words go to no text-to-speech. */
    readonly voiced?: boolean;
  };

/** The model's own voice of an answer. */
export interface AnswerVoice {
  /** Its audio from the beginning, as fast as the model speaks; completes when all of it has come. */
  readonly audio$: Observable<AudioFrame>;
  /** Is called once when it is no longer played, with how much of it was heard, ms: less than all where it was cut. */
  readonly played?: (ms: number) => void;
}
