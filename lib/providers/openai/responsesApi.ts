import {
  asyncScheduler,
  catchError,
  defer,
  filter,
  first,
  type Observable,
  of,
  switchMap,
  tap,
  throwError,
  timeout,
  TimeoutError,
} from 'rxjs';
import type { Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import type { LlmEvent, Message, ToolCall } from '../../llm/message.ts';
import { holding } from '../../rx/holding.ts';
import type { CompletionChunk } from './completionEvents.ts';
import type { ErrorBody } from './errorBody.ts';
import type { Body, ModelApi, ModelRequest } from './modelApi.ts';
import type { OpenaiConnection } from './openaiConnection.ts';
import type { OpenaiSdk } from './openaiSdk.ts';
import { responseChunks, type ResponseMessage } from './responseChunks.ts';
import { responseItems } from './responseItems.ts';
import { responseMessages } from './responseMessages.ts';
import type { LineState } from './responsesLine.ts';
import type { ResponsesSocket } from './responsesSocket.ts';
import { streamedAnswer } from './streamedAnswer.ts';
import { isStrictSchema } from './strictSchema.ts';
import { strictOrder } from '../../llm/strictOrder.ts';

/** Options of {@link responsesApi}. */
export interface ResponsesApiOptions {
  readonly sdk: OpenaiSdk;
  readonly connection: Pick<OpenaiConnection, 'who'>;
  /** The server and model: data that others attached to calls is left out. */
  readonly from: string;
  readonly order: 'strict' | 'plain';
  readonly timeoutMs: number;
  /** Fields of every request: the model and the options. */
  readonly fields: Body;
  /** Sends a request over HTTP. */
  readonly post: (body: Body, signal: AbortSignal) => Promise<Response>;
  /** The call's connection; without it requests go over HTTP. */
  readonly line$?: Observable<LineState> | undefined;
  readonly notify: (notice: Notice) => void;
}

/** How long a request waits for a connection that is being opened before it goes over HTTP, ms. */
const patienceMs = 1_000;

/**
 * The Responses API: over the call's WebSocket, where a request sends only the messages that are new, else over HTTP
 * (`POST /v1/responses`, streamed) with all of them. A request whose connection is lost before its first word goes over
 * HTTP at once.
 */
export function responsesApi({
  sdk,
  connection: { who },
  from,
  order,
  timeoutMs,
  fields,
  post,
  line$,
  notify,
}: ResponsesApiOptions): ModelApi {
  const refusal =
    (headers: () => Headers) =>
    ({ status, ...error }: ErrorBody, own?: unknown): unknown =>
      new sdk.APIError(status, error, error.message, own === undefined ? headers() : headersOf(own));

  const overHttp = ({ messages, body, attached }: ModelRequest): Observable<CompletionChunk> =>
    defer(() => {
      let headers = new Headers();
      const refused = refusal(() => headers);
      const input = responseItems(messages, { from, attached });
      return streamedAnswer({
        send: signal => post({ ...wired(body), input, stream: true }, signal),
        messages,
        timeoutMs,
        who,
        onHeaders: given => (headers = given),
      }).pipe(responseMessages(who, refused), responseChunks({ refused }));
    });

  const overSocket = (socket: ResponsesSocket, request: ModelRequest): Observable<LlmEvent> =>
    defer(() => {
      const { messages, body, attached, read } = request;
      let id: string | undefined;
      let hasBegun = false;
      const chunk$ = socket
        .ask({
          messages,
          body: wired(body),
          input: part => responseItems(part, { from, attached }),
        })
        .pipe(
          filter((message): message is ResponseMessage => message !== undefined),
          responseChunks({
            refused: refusal(() => new Headers()),
            onComplete: complete => (id = complete),
          }),
          tap(() => (hasBegun = true)),
          catchError((error: unknown) =>
            hasBegun || isAnswer(error) ? throwError(() => error) : overHttp(request),
          ),
        );
      return chunk$.pipe(
        read,
        whole(message => {
          if (id !== undefined) socket.stands(id, [...messages, message]);
        }),
      );
    });

  /** Whether an error is the server's answer, rather than the connection's end. */
  const isAnswer = (error: unknown): boolean =>
    error instanceof sdk.APIError || error instanceof TimeoutError || RxvoiceError.is(error);

  const ask = (request: ModelRequest): Observable<LlmEvent> => {
    const http$ = overHttp(request).pipe(request.read);
    if (line$ === undefined) return http$;
    return defer(() => {
      let waited = false;
      const startedAt = asyncScheduler.now();
      return line$.pipe(
        tap(({ type }) => (waited ||= type === 'opening')),
        first(({ type }) => type !== 'opening'),
        timeout({ first: patienceMs, with: () => of<LineState>({ type: 'down' }) }),
        switchMap(state => {
          if (state.type !== 'open') return http$;
          const ms = waited ? asyncScheduler.now() - startedAt : 0;
          notify({ type: 'connected', reused: !waited, ms });
          return overSocket(state.socket, request);
        }),
        holding<LlmEvent>(line$),
      );
    });
  };

  return {
    name: 'responses',
    fields: ({ tools = [], toolChoice }, strict) => ({
      ...fields,
      ...(tools.length > 0 && {
        tools: tools.map(tool => ({
          type: 'function' as const,
          ...tool,
          strict: strict && isStrictSchema(tool.parameters),
        })),
        ...(toolChoice !== undefined && { tool_choice: toolChoice }),
      }),
    }),
    ask: request =>
      ask(order === 'strict' ? { ...request, messages: strictOrder(request.messages) } : request),
  };
}

/** The fields as the API calls them. */
function wired({ reasoning_effort: effort, ...body }: Body): Body {
  const { reasoning } = body;
  return effort === undefined
    ? body
    : { ...body, reasoning: { ...(typeof reasoning === 'object' && reasoning), effort } };
}

/** Calls back with the whole message of an answer, when it is complete. */
const whole =
  (callback: (message: Message) => void) =>
  (event$: Observable<LlmEvent>): Observable<LlmEvent> =>
    defer(() => {
      let content = '';
      const toolCalls: ToolCall[] = [];
      return event$.pipe(
        tap({
          next: event => {
            if (event.type === 'token') content += event.text;
            if (event.type !== 'toolCall') return;
            const { type, ...call } = event;
            toolCalls.push(call);
          },
          complete: () =>
            callback({ role: 'assistant', content, ...(toolCalls.length > 0 && { toolCalls }) }),
        }),
      );
    });

/** Headers in an error of the WebSocket: when to try again. */
const headersOf = (own: unknown): Headers =>
  new Headers(
    Object.entries(own ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number'
        ? [[name, String(value)] as [string, string]]
        : [],
    ),
  );
