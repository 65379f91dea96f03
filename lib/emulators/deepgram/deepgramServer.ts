import type { IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import { addressOf, type Connection } from '../loopback/connection.ts';
import { type AnnouncedAudio, bytesPerMs } from '../loopback/audioFromClient.ts';
import type { Endpoint } from '../loopback/fault.ts';
import { close, json, type ServerFrame } from '../loopback/frames.ts';
import { host, type Service } from '../loopback/host.ts';
import { orFailed, reply, type Reply } from '../loopback/reply.ts';
import type { LoopbackServer } from '../loopback/loopbackServer.ts';
import type { Protocol } from '../loopback/serveSocket.ts';
import { SttScript } from '../loopback/sttScript.ts';
import { openSocket } from '../loopback/openSocket.ts';
import { scriptedTts } from '../../testing/scriptedTts.ts';
import { aura } from './aura.ts';
import { type DeepgramServerOptions, defaultLatencies, defaultLimits } from './deepgramOptions.ts';
import { badRequest, deepgramRefusal, internalError } from './deepgramRefusal.ts';
import { listenRequest } from './listenRequest.ts';
import { models } from './models.ts';
import { nova } from './nova.ts';
import { novaQuery } from './novaQuery.ts';
import { projects } from './projects.ts';
import { type SpeakQuery, speakQuery } from './speakQuery.ts';
import { speakRequest } from './speakRequest.ts';
import { flux } from './flux.ts';
import { fluxQuery } from './fluxQuery.ts';
import { fluxTts } from './fluxTts.ts';
import { silenceFor } from './fluxTurnDetector.ts';
import { throttled } from './throttled.ts';
import { Tokens } from './tokens.ts';

/** A Deepgram on this machine. */
export type DeepgramServer = LoopbackServer<DeepgramServerOptions>;

/**
 * Runs a Deepgram on this machine, on 127.0.0.1: speech-to-text of both generations, text-to-speech over WebSocket and
 * by request, recordings, the lists of projects and models, and temporary tokens. It speaks the wire protocol of the
 * service, faults included, so that its official SDK and every client of yours can be tested without a key. The
 * transcript is a script, the next of some lines whenever audio has a voice, or a real engine's.
 *
 * @example
 * await using deepgram = await deepgramServer({ script: [{ from: 500, to: 1_500, text: 'Hello there.' }] });
 * const client = new DeepgramClient({ apiKey: 'any', baseUrl: deepgram.url });
 */
export const deepgramServer = (options: DeepgramServerOptions = {}): Promise<DeepgramServer> =>
  host(deepgramService, options);

const paths: Readonly<Record<string, Endpoint>> = {
  'socket /v1/listen': 'nova',
  'socket /v2/listen': 'flux',
  'socket /v1/speak': 'aura',
  'socket /v2/speak': 'fluxTts',
  'POST /v1/speak': 'auraRest',
  'POST /v2/speak': 'auraRest',
  'GET /v1/projects': 'projects',
  'POST /v1/listen': 'prerecorded',
  'GET /v1/models': 'deepgramModels',
  'POST /v1/auth/grant': 'grant',
};
const endpointOf = (key: string): Endpoint | undefined =>
  paths[key] ?? (/^GET \/v1\/projects\/[\w-]+\/models$/u.test(key) ? 'deepgramModels' : undefined);

function deepgramService(options: () => DeepgramServerOptions): Service<DeepgramServerOptions> {
  const sttScript = new SttScript();
  const tokens = new Tokens();
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: offered => [...offered][0] ?? false, // `token, <key>` of browsers: the key isn't repeated
  });
  const requestIds = new WeakMap<IncomingMessage, string>();
  sockets.on('headers', (headers, request) => headers.push(`dg-request-id: ${requestIds.get(request)}`));
  sockets.on('wsClientError', (_, socket) => socket.destroy()); // no handshake at all
  const latencies = () => ({ ...defaultLatencies, ...options().latencies });
  const limits = () => ({ ...defaultLimits, ...options().limits });
  const speech = (wanted: SpeakQuery) => {
    const { tts, msPerCharacter = 60 } = options();
    const { ttsMs, ttsSpeed: speed } = latencies();
    const { sampleRate } = wanted;
    return {
      ...wanted,
      ttsMs,
      speed,
      tts: tts ?? scriptedTts({ firstAudioMs: 0, sampleRate, msPerCharacter }),
    };
  };

  /** The protocol a socket speaks, or why it isn't opened. */
  const protocolOf = ({ endpoint, query, requestId, fate, log }: Connection): Protocol | string => {
    const heard = (protocol: Protocol, audio: AnnouncedAudio): Protocol =>
      fate.has('throttle') ? client$ => client$.pipe(throttled(bytesPerMs(audio)), protocol) : protocol;
    switch (endpoint) {
      case 'nova': {
        const wanted = novaQuery(query);
        if (typeof wanted === 'string') return wanted;
        const stt = sttScript.next(options(), { silenceMs: wanted.endpointingMs ?? defaultSilenceMs });
        const { novaIdleMs: idleMs } = limits();
        return heard(
          nova({
            requestId,
            query: wanted,
            stt,
            lateWords: options().stt !== undefined,
            latencies,
            idleMs,
            has: fate.has,
          }),
          wanted,
        );
      }
      case 'flux': {
        const wanted = fluxQuery(query);
        if (typeof wanted === 'string') return wanted;
        const { eot, eager, timeoutMs } = wanted.thresholds;
        const { endOfTurnMs } = latencies();
        const stt = sttScript.next(options(), {
          silenceMs: Math.min(silenceFor(eot, endOfTurnMs), timeoutMs),
          scriptSilenceMs: Math.min(60, endOfTurnMs),
          eagerMs: eager && silenceFor(eager, endOfTurnMs),
        });
        const { fluxIdleMs: idleMs } = limits();
        const { forceEndTurn = false } = options();
        return heard(flux({ requestId, query: wanted, stt, latencies, idleMs, forceEndTurn }), wanted);
      }
      case 'aura':
      case 'fluxTts': {
        const wanted = speakQuery(query, { family: endpoint === 'aura' ? 'aura' : 'flux' });
        if (typeof wanted === 'string') return wanted;
        const onSpeaking = () => log({ type: 'speaking' });
        const common = {
          ...limits(),
          requestId,
          model: wanted.model,
          onSpeaking,
          speech: () => speech(wanted),
        };
        return endpoint === 'aura' ? aura({ ...common, has: fate.has }) : fluxTts(common);
      }
      default:
        return `There is no WebSocket for ${endpoint}.`;
    }
  };

  return {
    endpoint: (method, path, upgrade) =>
      endpointOf(`${upgrade ? 'socket' : method} ${path.replace(/\/$/u, '')}`),
    authorised: (request, options) => authorised(request, options) || tokens.isGood(request),
    refuse: deepgramRefusal,
    serve: (request, response, connection) => {
      if (connection.endpoint === 'projects') return reply(response, projects(connection));
      if (connection.endpoint === 'deepgramModels') return reply(response, models(connection));
      if (connection.endpoint === 'grant') return tokens.grant(request, response, connection);
      if (connection.endpoint === 'prerecorded') {
        const stt = sttScript.next(options(), { silenceMs: defaultSilenceMs });
        return listenRequest(request, response, connection, stt);
      }
      const { pathname } = addressOf(request);
      const family = pathname.startsWith('/v2') ? 'flux' : 'aura';
      const wanted = speakQuery(connection.query, { family, isRequest: true });
      if (typeof wanted === 'string') return reply(response, badRequest(wanted, connection));
      const { maxCharacters } = limits();
      speakRequest(request, response, connection, wanted, { ...speech(wanted), maxCharacters });
    },
    upgrade: (request, socket, head, connection): Reply | undefined => {
      const refuse = (status: number, refusal: Reply): Reply => {
        connection.log({ type: 'refused', status, authorised: true });
        return refusal;
      };
      const made = orFailed<Protocol | string | Reply>(
        () => protocolOf(connection),
        message => internalError(message, connection),
      );
      if (typeof made === 'string') return refuse(400, badRequest(made, connection));
      if (typeof made === 'object') return refuse(made.status, made);
      requestIds.set(request, connection.requestId);
      const { connectMs } = latencies();
      openSocket({ sockets, request, socket, head, connectMs }, made, connection, errorFrames(connection));
      return undefined;
    },
  };
}

/** Default silence at the end of an utterance, ms. */
const defaultSilenceMs = 300;

/** `Token <key>`, `Bearer <token>`, or the subprotocols of a browser. */
function authorised({ headers }: IncomingMessage, { key }: DeepgramServerOptions): boolean {
  const given =
    /^(?:Token|Bearer) +(\S+)$/iu.exec(headers.authorization ?? '')?.[1] ??
    /^(?:token|bearer), *(\S+)$/iu.exec(headers['sec-websocket-protocol'] ?? '')?.[1];
  return key === undefined ? given !== undefined : given === key;
}

/** How each service reports that it failed. */
const errorFrames = ({ endpoint }: Connection): readonly ServerFrame[] => {
  const description = 'An internal server error occurred.';
  switch (endpoint) {
    case 'flux':
      return [
        json({ type: 'Error', sequence_id: 0, code: 'INTERNAL_SERVER_ERROR', description }),
        close(1011),
      ];
    case 'fluxTts':
      return [json({ type: 'Error', code: 'NET-0000', description }), close(1011)];
    default:
      return [
        json({ type: 'Error', description, message: description, variant: 'InternalServerError' }),
        close(1011, description),
      ];
  }
};
