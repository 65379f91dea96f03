import type { Observable } from 'rxjs';
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

/** A model's wish to have a tool run. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON, as the model wrote it: it may be wrong. */
  readonly arguments: string;
  /**
   * What the model's service attached to the call, or to the message with it, and wants back with the history: a
   * signature, its reasoning. Opaque; it goes wherever the call goes.
   */
  readonly providerData?: unknown;
}

/** A tool as it is described to a model. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  /** What it takes: a JSON Schema of an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What a request may ask for beside an answer. */
export interface LlmRequest {
  /** The tools that the model may call; a model that can't leaves them alone. */
  readonly tools?: readonly ToolDescription[];
  /** Whether it may call them, or is to answer in words. Default `auto`. */
  readonly toolChoice?: 'auto' | 'none';
}

/** What a language model tells while it answers. */
export type LlmEvent =
  /** The next piece of the answer, of any length. */
  | { readonly type: 'token'; readonly text: string }
  /** The model wants a tool run, and its answer ends without it: it is asked again with the result. */
  | ({ readonly type: 'toolCall' } & ToolCall)
  /** What a tool gave back, or what went wrong with it. Not from the model: who runs the tools adds it. */
  | { readonly type: 'toolResult'; readonly id: string; readonly name: string; readonly content: string }
  /** What the answer cost, in tokens; at most once a request. */
  | {
      readonly type: 'usage';
      readonly promptTokens: number;
      readonly completionTokens: number;
      /** Of the prompt's, those that were cheaper and quicker since the service had read them before. */
      readonly cachedTokens?: number;
      /** Of the completion's, those that were thought and not said. */
      readonly reasoningTokens?: number;
    };

/**
 * A language model: subscribing asks, unsubscribing aborts the request, completion ends the answer.
 *
 * @example
 * const parrot: Llm = messages => of({ type: 'token', text: `You said: ${messages.at(-1)?.content}` });
 */
export type Llm = ((messages: readonly Message[], request?: LlmRequest) => Observable<LlmEvent>) &
  Engine<Llm>;
