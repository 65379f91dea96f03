import type { Observable, OperatorFunction } from 'rxjs';
import type { LlmEvent, LlmRequest, Message } from '../../llm/message.ts';
import type { CompletionChunk } from './completionEvents.ts';

/** The fields of a request, by the names that `Adjustments` knows. */
export type Body = Readonly<Record<string, unknown>>;

/** One request of a model. */
export interface ModelRequest {
  readonly messages: readonly Message[];
  /** The fields of {@link ModelApi.fields}, as the model takes them. */
  readonly body: Body;
  /** Whether data that the server attached to calls goes back to it. */
  readonly attached: boolean;
  /** Reads the chunks of the answer. */
  readonly read: OperatorFunction<CompletionChunk, LlmEvent>;
}

/** One of the two protocols in which a model is asked. */
export interface ModelApi {
  readonly name: ApiName;
  /** The fields of a request that do not depend on the conversation. `strict`: whether tools may have strict schemas. */
  readonly fields: (request: LlmRequest, strict: boolean) => Body;
  /** Asks once. Errors as the SDK has them. */
  readonly ask: (request: ModelRequest) => Observable<LlmEvent>;
}

/** Which API a server is asked by: `responses`, or `chat` for Chat Completions. */
export type ApiName = 'responses' | 'chat';

/** How requests of the Responses API are sent. */
export type Transport = 'websocket' | 'http';
