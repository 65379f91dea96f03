import type { Observable } from 'rxjs';
import type { LlmEvent, LlmRequest, Message } from '../message.ts';

/** The request of a {@link Bot}: that of a model, and the signal that aborts it. */
export interface BotRequest extends LlmRequest {
  /** Aborted when the subscription to the answer ends: the user interrupted, or the call is over. */
  readonly signal: AbortSignal;
}

/** A piece of a bot's answer: text, an event of a model, or a part of a framework's stream (see `partEvents`). */
export type BotPart = string | LlmEvent | Uint8Array | object;

/** The forms in which a bot may answer; a promise of any of them is one, too. */
export type BotAnswer =
  | BotPart
  | Observable<BotPart>
  | AsyncIterable<BotPart>
  | ReadableStream<BotPart>
  | Response
  | Iterable<BotPart>;

/**
 * A chat bot as you have it: a function of the conversation that returns its answer, whole or in pieces. `messages` is
 * the whole conversation, with the words of each reply that the user heard, and no others.
 *
 * @example
 * const bot: Bot = async (messages, { signal }) => (await ask(messages, signal)).text;
 */
export type Bot = (messages: readonly Message[], request: BotRequest) => BotAnswer | Promise<BotAnswer>;
