import { concat, defer, delay, ignoreElements, mergeMap, Observable, of, Subject } from 'rxjs';
import { type Conversation, conversation } from '../../lib/conversation/conversation.ts';
import type { ConversationOptions } from '../../lib/conversation/conversationOptions.ts';
import type { BelievedResponse } from '../../lib/emulators/openai/believedResponse.ts';
import type { ChatMessage } from '../../lib/emulators/openai/openaiOptions.ts';
import type { Piece, ResponseModel } from '../../lib/emulators/openai/responseModel.ts';
import { ResponseStore } from '../../lib/emulators/openai/responseStore.ts';
import { responsesProtocol } from '../../lib/emulators/openai/responsesProtocol.ts';
import type { ClientFrame } from '../../lib/emulators/loopback/frames.ts';
import type { Llm, LlmEvent, Message } from '../../lib/llm/message.ts';
import { Adjustments } from '../../lib/providers/openai/adjustments.ts';
import { modelAnswers } from '../../lib/providers/openai/modelAnswers.ts';
import { openaiSdk } from '../../lib/providers/openai/openaiSdk.ts';
import { responsesApi } from '../../lib/providers/openai/responsesApi.ts';
import { responsesLine } from '../../lib/providers/openai/responsesLine.ts';
import { type Wire, WireLost } from '../../lib/providers/openai/responsesWire.ts';

/** How the loopback server of a planned conversation behaves. */
export interface ServerPlan {
  /** How late its events come, ms. */
  readonly delayMs: number;
  /** The age at which a connection is replaced, ms. */
  readonly lifetimeMs: number;
  /** Whether it knows lanes. */
  readonly lanes: boolean;
}

/** A WebSocket to a server in this program: messages pass at once on their way there. */
const wireTo = (
  { delayMs, lanes }: ServerPlan,
  model: ResponseModel,
  store: ResponseStore,
): Observable<Wire> =>
  new Observable<Wire>(subscriber => {
    const client$ = new Subject<ClientFrame>();
    const message$ = new Subject<string | undefined>();
    const protocol = responsesProtocol({
      model: () => model,
      store,
      options: () => ({}),
      has: fault => fault === 'no-lanes' && !lanes,
    });
    const frame$ = client$.pipe(protocol);
    subscriber.add(
      (delayMs === 0 ? frame$ : frame$.pipe(delay(delayMs))).subscribe({
        next: frame => {
          if (frame.type === 'text') message$.next(frame.text);
          else if (frame.type === 'json') message$.next(JSON.stringify(frame.message));
          else message$.error(new WireLost('The server closed the connection.'));
        },
        error: (error: unknown) => message$.error(error),
      }),
    );
    subscriber.next({ send: text => client$.next({ type: 'text', text }), message$ });
  });

/** A model of a planned conversation behind the loopback server, which asks it with the conversation it believes in. */
const modelOf =
  (llm: Llm): ResponseModel =>
  (messages, { tools = [], tool_choice: toolChoice }) =>
    defer(() => {
      let calls = 0;
      const request =
        tools.length > 0 ? { tools: [], ...(toolChoice === 'none' && { toolChoice }) } : undefined;
      const piece$ = llm(messages.map(messageOf), request as never).pipe(
        mergeMap(event => piecesOf(event, () => calls++)),
      );
      return concat(piece$, of<Piece>({ ending: { finishReason: 'stop', usage: {} } }));
    });

const piecesOf = (event: LlmEvent, nextCall: () => number): Piece[] => {
  if (event.type === 'token') return [{ delta: { content: event.text } }];
  if (event.type !== 'toolCall') return [];
  const { id, name, arguments: json } = event;
  const index = nextCall();
  const called = { index, id, type: 'function', function: { name, arguments: '' } };
  return [
    { delta: { tool_calls: [called] } },
    { delta: { tool_calls: [{ index, function: { arguments: json } }] } },
  ];
};

/** A message in the form of the history. */
export const messageOf = ({ role, content, tool_calls: calls, tool_call_id: id }: ChatMessage): Message => ({
  role: role === 'developer' ? 'system' : role,
  content: typeof content === 'string' ? content : '',
  ...(calls && {
    toolCalls: calls.map(call => ({
      id: call.id,
      name: call.function.name,
      arguments: call.function.arguments,
    })),
  }),
  ...(id !== undefined && { toolCallId: id }),
});

/**
 * The language model of OpenAI over the WebSocket of a loopback server in this program, in virtual time. `sent` gets the
 * messages of each request.
 */
export function responsesLlm(
  llm: Llm,
  server: ServerPlan,
  store: ResponseStore,
  sent: (readonly Message[])[],
): Llm {
  const sdk = openaiSdk();
  const connection = {
    apiKey: 'none',
    baseURL: 'http://loopback/v1',
    isOpenai: false,
    wantsCompletionTokens: false,
    who: 'loopback',
  };
  const session = (): Llm => {
    const line$ = responsesLine({
      wire$: wireTo(server, modelOf(llm), store),
      timeoutMs: 60_000,
      lifetimeMs: server.lifetimeMs,
      isFinal: () => false,
      onDown: () => undefined,
    });
    const api = responsesApi({
      sdk,
      connection,
      from: 'loopback',
      order: 'plain',
      timeoutMs: 60_000,
      fields: { model: 'any', store: false },
      post: () => Promise.reject(new Error('There is no HTTP here.')),
      line$,
      notify: () => undefined,
    });
    const answers = modelAnswers({
      api,
      sdk,
      connection,
      model: 'any',
      name: 'loopback',
      from: 'loopback',
      timeoutMs: 60_000,
      retries: { retries: 0 },
      learned: { adjustments: new Adjustments(), tooLong: Infinity, thoughts: { expected: false } },
      notify: () => undefined,
    });
    const asked: Llm = (messages, request) =>
      defer(() => {
        sent.push(messages);
        return answers(messages, request);
      });
    return Object.assign(asked, {
      warm$: concat(of({ engine: 'loopback', progress: 1 }), line$.pipe(ignoreElements())),
    });
  };
  return Object.assign(session(), { session });
}

/** Places a conversation whose model is behind the loopback server. */
export const throughResponses =
  (
    server: ServerPlan,
    store: ResponseStore,
    sent: (readonly Message[])[],
    place: (options: ConversationOptions) => Conversation = conversation,
  ) =>
  (options: ConversationOptions): Conversation =>
    place({ ...options, llm: responsesLlm(options.llm as Llm, server, store, sent) });

/** The conversations that the server believed in which no request had. */
export function falseBeliefs(store: ResponseStore, sent: readonly (readonly Message[])[]): string[] {
  const known = new Set(sent.map(messages => sameAs(messages)));
  return store.responses
    .map(({ messages }) => sameAs(messages.map(messageOf)))
    .filter(messages => !known.has(messages));
}

const sameAs = (messages: readonly Message[]): string =>
  JSON.stringify(
    messages.map(({ role, content, toolCalls = [], toolCallId }) => [
      role,
      content,
      toolCalls.map(({ id, name, arguments: json }) => [id, name, json]),
      toolCallId,
    ]),
  );

/** How many requests continued a response. */
export const continued = (responses: readonly BelievedResponse[]): number =>
  responses.filter(({ previousResponseId }) => previousResponseId !== undefined).length;
