import type { ServerResponse } from 'node:http';
import { map, takeLast } from 'rxjs';
import type { Connection } from '../loopback/connection.ts';
import { close, named, type ServerFrame } from '../loopback/frames.ts';
import { reply as answer } from '../loopback/reply.ts';
import { serveAnswer } from '../loopback/serveAnswer.ts';
import { responding } from './believedResponse.ts';
import { inOnePiece } from './completionRequest.ts';
import type { OpenaiServerOptions } from './openaiOptions.ts';
import { apiError } from './openaiRefusal.ts';
import { inputItems, type ResponseRequest } from './responseItem.ts';
import { scriptedModel } from './responseModel.ts';
import { refusedResponse } from './responseRules.ts';
import type { ResponseStore } from './responseStore.ts';

/** Answers `POST /v1/responses`, streamed or not. */
export function responsesRequest(
  response: ServerResponse,
  body: Record<string, unknown>,
  connection: Connection,
  options: OpenaiServerOptions,
  store: ResponseStore,
): void {
  const request = body as unknown as ResponseRequest;
  const { previous_response_id: previous } = request;
  const before = previous == null ? [] : store.stored(previous);
  if (before === undefined) return answer(response, apiError(400, ...notFound(String(previous))));
  const conversation = [...before, ...inputItems(request)];
  const refused = refusedResponse(body, conversation, options);
  if (refused) return answer(response, refused);
  const { response: believed, event$ } = responding(request, conversation, scriptedModel(options), type =>
    connection.log({ type: 'sent', message: { type } }),
  );
  store.add(believed, request.store !== false);
  if (request.stream === true)
    return serveAnswer(
      response,
      {
        frame$: event$.pipe(map(event => named(event.type, event))),
        headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
        errorFrames: [named('error', failure), close()],
        garbage: { type: 'text', text: 'event: response.output_text.delta\ndata: {"type": nonsense\n\n' },
      },
      connection,
    );
  serveAnswer(
    response,
    {
      frame$: event$.pipe(
        takeLast(1),
        map((event): ServerFrame => ({ type: 'text', text: JSON.stringify(event['response']) })),
      ),
      headers: { 'content-type': 'application/json' },
    },
    inOnePiece(connection),
  );
}

/** The error of a response that is not there. */
export const notFound = (id: string) =>
  [
    `Previous response with id '${id}' not found.`,
    { param: 'previous_response_id', code: 'previous_response_not_found' },
  ] as const;

const failure = {
  type: 'error',
  code: 'server_error',
  message: 'The server had an error while processing your request.',
  param: null,
  sequence_number: 99,
};
