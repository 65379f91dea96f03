import { catchError, concat, defer, from, mergeMap, type Observable, of, tap } from 'rxjs';
import type { ChatMessage } from './openaiOptions.ts';
import { chatRequestOf, messagesOf, type ResponseItem, type ResponseRequest } from './responseItem.ts';
import type { ResponseModel } from './responseModel.ts';
import { type ResponseEvent, ResponseWriter } from './responseWriter.ts';

/** A response, and the conversation that the server believes it belongs to. */
export interface BelievedResponse {
  readonly id: string;
  readonly previousResponseId: string | undefined;
  /** The lane of a WebSocket, where it has a name. */
  readonly streamId: string | undefined;
  /** The conversation that the model was given: the items of the responses before, and the request's input. */
  readonly conversation: readonly ResponseItem[];
  /** The same as messages of a chat, with the instructions. */
  readonly messages: readonly ChatMessage[];
  /** The items that it wrote so far. */
  readonly output: readonly ResponseItem[];
}

/** A response that is about to be written. */
export interface Responding {
  readonly response: BelievedResponse;
  /** Its events; the last one ends it. */
  readonly event$: Observable<ResponseEvent>;
}

/** Answers a request: its model reads the conversation. `onToken` is called with the first and the last token. */
export function responding(
  request: ResponseRequest,
  conversation: readonly ResponseItem[],
  model: ResponseModel,
  onToken: (which: 'first token' | 'last token') => void = () => undefined,
): Responding {
  const writer = new ResponseWriter(request);
  const messages = messagesOf(conversation, request.instructions);
  const answer$ =
    request.generate === false
      ? of({ ending: nothing })
      : defer(() => model(messages, chatRequestOf(request, messages)));
  let hasBegun = false;
  return {
    response: {
      id: writer.id,
      previousResponseId: request.previous_response_id ?? undefined,
      streamId: request['stream_id'] as string | undefined,
      conversation,
      messages,
      output: writer.output,
    },
    event$: concat(
      defer(() => writer.begin()),
      answer$.pipe(
        tap(piece => {
          if ('ending' in piece) onToken('last token');
          else if (!hasBegun) onToken('first token');
          hasBegun = true;
        }),
        mergeMap(piece => from('ending' in piece ? writer.end(piece.ending) : writer.push(piece.delta))),
        catchError((error: unknown) =>
          from(writer.fail(error instanceof Error ? error.message : String(error))),
        ),
      ),
    ),
  };
}

const nothing = {
  finishReason: 'stop',
  usage: {
    prompt_tokens: 0,
    completion_tokens: 0,
    total_tokens: 0,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  },
};
