import type { Observable } from 'rxjs';
import type { Warmable } from '../engine.ts';

/** One entry of a conversation's history, in the form chat models take. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What a language model tells while it answers. */
export type LlmEvent =
  /** The next piece of the answer, of any length. */
  | { readonly type: 'token'; readonly text: string }
  /** What the answer cost, in tokens; at most once. */
  | { readonly type: 'usage'; readonly promptTokens: number; readonly completionTokens: number };

/**
 * A language model: subscribing asks, unsubscribing aborts the request, completion ends the answer.
 *
 * @example
 * const parrot: Llm = messages => of({ type: 'token', text: `You said: ${messages.at(-1)?.content}` });
 */
export type Llm = ((messages: readonly Message[]) => Observable<LlmEvent>) & Warmable;
