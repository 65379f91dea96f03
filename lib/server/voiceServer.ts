import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Observable } from 'rxjs';
import { type WebSocket, WebSocketServer } from 'ws';
import { attach, refuse } from './attach.ts';
import { Calls } from './calls.ts';
import { checkOptions } from './checkOptions.ts';
import { closeCodes } from '../protocol/closeCodes.ts';
import { connection, type WebCalls } from './connection.ts';
import { heartbeat } from './heartbeat.ts';
import { hostAllowed } from './hosts.ts';
import type { HttpServer } from './httpServer.ts';
import type { VoiceServerOptions } from './options.ts';
import { loadOpus } from './opus.ts';
import { originAllowed } from './origins.ts';
import { type Peer, peerOf } from './peer.ts';
import { Places } from './places.ts';
import { maxMessageBytes, protocolName } from '../protocol/protocol.ts';
import { Prometheus } from './prometheus.ts';
import { refusalOf } from './refusals.ts';
import { pathOf, routes } from './routes.ts';
import type { ServerEvent } from './serverEvents.ts';
import { checkSecret } from './token.ts';
import { twilioConnection } from './twilio/twilioConnection.ts';
import { twilioRefusal, twilioSigned } from './twilio/twilioSigned.ts';
import { UsedTokens } from './usedTokens.ts';

/** Takes calls on an HTTP server of yours. */
export interface VoiceServer {
  /** Events, for logs (`logLines`), traces (`traced`) and your own metrics. Hot. */
  readonly event$: Observable<ServerEvent>;
  /** How many calls are running. */
  readonly calls: number;
  /**
   * Takes the upgrades and requests of a Node HTTP server that are for it, before any listener, and leaves the others
   * alone. `/healthz`, `/readyz` and `/metrics` stay the application's, unless `endpoints` says otherwise.
   */
  attach(server: HttpServer): void;
  /** Takes an upgrade that is meant for it, and returns whether it was. For a server whose upgrades you handle yourself. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Answers a request to one of the `endpoints` or the page; returns whether it was one. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  /**
   * Takes no new calls (readiness says 503) and completes when the running ones are over; after `ms`, 60,000 by
   * default, they are hung up.
   */
  drain(ms?: number): Observable<never>;
  /** Hangs up at once. */
  close(): void;
}

/**
 * A handler that takes voice calls over WebSocket, one conversation each, on any HTTP server: Node's own, or that of
 * Express, Fastify or Hono. `serve` is the same with a server of its own.
 *
 * @throws RxvoiceError for options that can't be (all of them at once), a token secret that is too short, and `opus`
 *   without its package.
 *
 * @example
 * const server = http.createServer(app);
 * voiceServer({ call: (request, { user }) => setup({ …, systemPrompt: promptFor(user) }) }).attach(server);
 * server.listen(8080);
 */
export function voiceServer(options: VoiceServerOptions): VoiceServer {
  checkOptions(options);
  const { path = '/call', twilio, tokenSecret } = options;
  if (tokenSecret !== undefined) checkSecret(tokenSecret);
  const opus = options.opus === true ? loadOpus() : undefined;
  const calls = new Calls(options.limits);
  const webCalls: WebCalls = new Map();
  const usedTokens = new UsedTokens();
  const prometheus = new Prometheus(calls);
  const route = routes({ calls, options, prometheus });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    // An honest message comes in one fragment, or a few.
    maxFragments: 64,
    maxBufferedChunks: 1_024,
    autoPong: false,
    // How long a client that was sent away has to say good-bye; its types don't have it yet.
    ...{ closeTimeout: 2_000 },
    handleProtocols: protocols => (protocols.has(protocolName) ? protocolName : false),
  });
  calls.event$.subscribe(event => event.type === 'ended' && webCalls.delete(event.call));

  const places = new Places(sockets.clients, calls.limits);

  const accept = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    peer: Peer,
    use: (client: WebSocket) => void,
  ): void => {
    // Connections that have not identified themselves yet must not fill the machine either.
    if (!places.make(peer.network)) return refuse(socket, '503 Service Unavailable');
    sockets.handleUpgrade(request, socket, head, client => {
      heartbeat(client, calls.limits.pingMs);
      places.take(client, peer.network);
      use(client);
    });
  };

  const sendAway = (client: WebSocket, code: number, reason: string): void => {
    client.on('error', () => undefined);
    client.close(code, reason);
  };

  const web = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const peer = peerOf(request, options);
    accept(request, socket, head, peer, client => {
      const wrong = hostAllowed(request, options.allowedHosts)
        ? originAllowed(request, options.origins)
          ? undefined
          : ['Pages of this origin may not call.', refusalOf.origin(request)]
        : ['The server does not answer for this host.', refusalOf.host(request)];
      if (wrong === undefined) {
        const talks = (): void => places.keep(client);
        return connection(client, request, { calls, webCalls, options, usedTokens, opus, peer, talks });
      }
      const [said = '', reason = ''] = wrong;
      sendAway(client, closeCodes.origin, said);
      calls.tell({ type: 'refused', code: closeCodes.origin, reason, address: peer.address });
    });
  };

  const phone = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (twilio === undefined) return refuse(socket, '404 Not Found');
    const refused = (reason: string): void => {
      calls.tell(refusalOf.event(request, options, reason, closeCodes.unauthorised));
      refuse(socket, '403 Forbidden');
    };
    // With `url` the signature is for that address, whatever host is asked for.
    if (twilio.url === undefined && !hostAllowed(request, options.allowedHosts))
      return refused(refusalOf.host(request));
    if (!twilioSigned(request, twilio)) return refused(twilioRefusal(request, twilio));
    // Twilio's addresses stand for all callers.
    const { address } = peerOf(request, options);
    const peer = {
      address,
      network: twilio.authToken === false ? peerOf(request, options).network : undefined,
    };
    accept(request, socket, head, peer, client =>
      twilioConnection(client, request, {
        calls,
        options,
        usedTokens,
        peer,
        talks: () => places.keep(client),
      }),
    );
  };

  const phonePath = trimmed(twilio?.path ?? '/twilio');
  const upgrade: VoiceServer['upgrade'] = (request, socket, head) => {
    const pathname = pathOf(request);
    const take = pathname === path ? web : twilio && trimmed(pathname) === phonePath ? phone : undefined;
    if (take === undefined) return false;
    socket.on('error', () => undefined);
    take(request, socket, head);
    return true;
  };

  const server: VoiceServer = {
    event$: calls.event$,
    get calls() {
      return calls.count;
    },
    upgrade,
    request: route,
    attach: to => attach(to, server),
    drain: (ms = 60_000) => calls.drain(ms),
    close: () => {
      calls.hangUpAll();
      for (const client of sockets.clients) client.terminate();
    },
  };
  return server;
}

/** A path without a slash at its end, which proxies add. */
const trimmed = (path: string): string => (path.length > 1 ? path.replace(/\/$/u, '') : path);
