import type { IncomingMessage, ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Connection } from '../loopback/connection.ts';
import type { Endpoint } from '../loopback/fault.ts';
import { host, type Service } from '../loopback/host.ts';
import { reply as answer, type Reply } from '../loopback/reply.ts';
import type { LoopbackServer } from '../loopback/loopbackServer.ts';
import { readJson } from '../loopback/readJson.ts';
import { json, close } from '../loopback/frames.ts';
import { openSocket } from '../loopback/openSocket.ts';
import type { Protocol } from '../loopback/serveSocket.ts';
import type { BelievedResponse } from './believedResponse.ts';
import { completionRequest } from './completionRequest.ts';
import { defaultLatencies, type OpenaiServerOptions } from './openaiOptions.ts';
import { apiError, openaiRefusal } from './openaiRefusal.ts';
import { scriptedModel } from './responseModel.ts';
import { ResponseStore } from './responseStore.ts';
import { responsesProtocol } from './responsesProtocol.ts';
import { responsesRequest } from './responsesRequest.ts';
import { realtimeFailure } from './realtime.ts';
import { realtimeEndpoint, realtimeProtocols } from './realtimeProtocol.ts';
import { speechRequest } from './speechRequest.ts';

/** An OpenAI on this machine. */
export interface OpenaiServer extends LoopbackServer<OpenaiServerOptions> {
  /** The clients' `baseURL`. */
  readonly baseURL: string;
  /**
   * The last 1,000 responses, in the order in which they were asked for, each with the conversation that the server
   * believes it belongs to.
   */
  readonly responses: readonly BelievedResponse[];
}

/**
 * Runs an OpenAI on this machine, on 127.0.0.1: chat completions and responses, streamed and not, responses over a
 * WebSocket, the Realtime API, speech as PCM and WAV, and the list of models. OpenAI's own models have their rules; any other name is a model that takes everything. It speaks the wire protocol of the service, faults included, so that its official SDK and every client of
 * yours can be tested without a key: the model answers by a script or a function. An error it throws is answered with 500.
 *
 * @example
 * await using openai = await openaiServer({ reply: messages => `You said: ${String(messages.at(-1)?.content)}` });
 * const client = new OpenAI({ apiKey: 'any', baseURL: openai.baseURL });
 */
export async function openaiServer(options: OpenaiServerOptions = {}): Promise<OpenaiServer> {
  const store = new ResponseStore();
  const server = await host(given => openaiService(given, store), options);
  // Not spread: some of its properties are getters.
  return Object.defineProperties(server, {
    baseURL: { value: `${server.url}/v1`, enumerable: true },
    responses: { get: () => store.responses, enumerable: true },
  }) as OpenaiServer;
}

const paths: Readonly<Record<string, Endpoint>> = {
  'POST /v1/chat/completions': 'completions',
  'POST /v1/responses': 'responses',
  'socket /v1/responses': 'responsesSocket',
  'POST /v1/audio/speech': 'speech',
  'GET /v1/models': 'models',
};

function openaiService(
  options: () => OpenaiServerOptions,
  store: ResponseStore,
): Service<OpenaiServerOptions> {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // A browser offers its key as a protocol, which is not repeated.
    handleProtocols: offered => (offered.has('realtime') ? 'realtime' : false),
  });
  const connections = new WeakMap<IncomingMessage, Connection>();
  sockets.on('headers', (headers, request) => {
    const connection = connections.get(request);
    if (connection) headers.push(`x-request-id: req_${connection.requestId}`);
  });
  sockets.on('wsClientError', (_, socket) => socket.destroy()); // no handshake at all

  /** The protocol of a socket of the Responses API. */
  const responses = ({ fate: { has }, log }: Connection): Protocol =>
    responsesProtocol({ model: () => scriptedModel(options()), store, options, has, log });
  const realtime = realtimeProtocols(options);

  return {
    endpoint: (method, path, upgrade, query) =>
      (upgrade ? realtimeEndpoint(path, query) : undefined) ??
      paths[
        `${upgrade ? 'socket' : method} ${path.replace(/\/$/u, '').replace(/^(\/v1\/models)\/.+/u, '$1')}`
      ],
    authorised: ({ headers }: IncomingMessage, { key }) => {
      const given =
        /^Bearer +(\S+)$/u.exec(headers.authorization ?? '')?.[1] ??
        // A browser can't set headers of a WebSocket.
        /\bopenai-insecure-api-key\.([^\s,]+)/u.exec(headers['sec-websocket-protocol'] ?? '')?.[1];
      return key === undefined ? given !== undefined : given === key;
    },
    refuse: openaiRefusal,
    serve: (request, response, connection) => {
      response.setHeaders(new Map(Object.entries(headersOf(connection))));
      if (connection.endpoint === 'models') return answer(response, tellModels(request.url ?? '', options()));
      readJson(
        request,
        body => {
          if (body === undefined)
            return answer(response, apiError(400, 'We could not parse the JSON body of your request.'));
          connection.log({ type: 'request', body });
          serve(response, body, connection, options(), store);
        },
        message => answer(response, apiError(500, message, { type: 'server_error' })),
      );
    },
    upgrade: (request, socket, head, connection) => {
      connections.set(request, connection);
      const { connectMs } = { ...defaultLatencies, ...options().latencies };
      const isRealtime = connection.endpoint !== 'responsesSocket';
      const protocol = isRealtime ? realtime(connection) : responses(connection);
      const failure = isRealtime ? realtimeFailure() : errorFrames;
      openSocket({ sockets, request, socket, head, connectMs }, protocol, connection, failure);
      return undefined;
    },
  };
}

/** How a socket of the Responses API reports that it failed. */
const errorFrames = [
  json({
    type: 'error',
    status: 500,
    error: {
      type: 'server_error',
      code: 'server_error',
      message: 'The server had an error while processing your request.',
      param: null,
    },
  }),
  close(1011),
];

function serve(
  response: ServerResponse,
  body: Record<string, unknown>,
  connection: Connection,
  options: OpenaiServerOptions,
  store: ResponseStore,
): void {
  switch (connection.endpoint) {
    case 'completions':
      return completionRequest(response, body, connection, options);
    case 'responses':
      return responsesRequest(response, body, connection, options, store);
    default:
      return speechRequest(response, body, connection, options);
  }
}

/** The list of models, or one of them. */
function tellModels(url: string, { models }: OpenaiServerOptions): Reply {
  const wanted = /\/models\/([^/?]+)/u.exec(url)?.[1];
  const model = (id: string): object => ({
    id,
    object: 'model',
    created: 1_760_000_000,
    owned_by: 'rxvoice',
  });
  const found = (body: object): Reply => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (wanted === undefined) return found({ object: 'list', data: (models ?? ['gpt-6-luna']).map(model) });
  const id = decodeURIComponent(wanted);
  return models?.includes(id) === false
    ? apiError(404, `The model '${id}' does not exist`, { code: 'model_not_found' })
    : found(model(id));
}

/** Headers of every response: its id, and rate limits, which are never reached here. */
const headersOf = ({ requestId }: Connection): Record<string, string> => ({
  'x-request-id': `req_${requestId}`,
  'openai-version': '2020-10-01',
  'openai-organization': 'rxvoice',
  'openai-processing-ms': '20',
  'x-ratelimit-limit-requests': '10000',
  'x-ratelimit-limit-tokens': '2000000',
  'x-ratelimit-remaining-requests': '9999',
  'x-ratelimit-remaining-tokens': '1999000',
  'x-ratelimit-reset-requests': '6ms',
  'x-ratelimit-reset-tokens': '17ms',
});
