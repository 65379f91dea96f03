import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Observable } from 'rxjs';
import { WebSocketServer } from 'ws';
import { attach, refuse } from './attach.ts';
import { Calls } from './calls.ts';
import { checkOptions } from './checked.ts';
import { closeCodes } from './closeCodes.ts';
import { connection, type WebCalls } from './connection.ts';
import { heartbeat } from './heartbeat.ts';
import type { VoiceServerOptions } from './options.ts';
import { loadOpus } from './opus.ts';
import { originAllowed } from './origins.ts';
import { maxMessageBytes, protocolName } from './protocol.ts';
import { Prometheus } from './prometheus.ts';
import { pathOf, routes } from './routes.ts';
import type { ServerEvent } from './serverEvents.ts';
import { checkSecret } from './token.ts';
import { twilioConnection } from './twilio/twilioConnection.ts';
import { twilioSigned } from './twilio/twilioSigned.ts';
import { UsedTokens } from './usedTokens.ts';

/** Takes calls on an HTTP server of yours. */
export interface VoiceServer {
  /** What happens: for logs (`logLines`), traces (`traced`), and whatever you count. Hot. */
  readonly event$: Observable<ServerEvent>;
  /** How many calls are running. */
  readonly calls: number;
  /**
   * Takes the upgrades and requests of a Node HTTP server that are for it, before any listener, and leaves the others
   * alone.
   */
  attach(server: Server): void;
  /** Takes an upgrade, if it is for it; tells whether it was. For a server whose upgrades you handle yourself. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Answers a request to `/healthz`, `/readyz`, `/metrics` or the page; tells whether it was one. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  /**
   * Takes no new calls (`/readyz` says 503) and completes when the running ones are over; after `ms`, 60,000 by
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
    handleProtocols: protocols => (protocols.has(protocolName) ? protocolName : false),
  });
  calls.event$.subscribe(event => event.type === 'ended' && webCalls.delete(event.call));

  const web = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    sockets.handleUpgrade(request, socket, head, client => {
      heartbeat(client, calls.limits.pingMs);
      if (originAllowed(request, options.origins))
        return connection(client, request, { calls, webCalls, options, usedTokens, opus });
      const reason = 'Pages of this origin may not call.';
      client.on('error', () => undefined);
      client.close(closeCodes.origin, reason);
      const { origin } = request.headers;
      const cure = `${reason} Add ${JSON.stringify(origin?.slice(0, 100))} to origins if they should.`;
      calls.tell({ type: 'refused', code: closeCodes.origin, reason: cure });
    });
  };

  const phone = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (twilio === undefined || !twilioSigned(request, twilio)) return refuse(socket, '403 Forbidden');
    sockets.handleUpgrade(request, socket, head, client => {
      heartbeat(client, calls.limits.pingMs);
      twilioConnection(client, request, { calls, options });
    });
  };

  const upgrade: VoiceServer['upgrade'] = (request, socket, head) => {
    const pathname = pathOf(request);
    const take =
      pathname === path ? web : twilio && pathname === (twilio.path ?? '/twilio') ? phone : undefined;
    if (take === undefined) return false;
    socket.on('error', () => undefined);
    // Connections that have not said yet what they are must not fill the machine either.
    if (sockets.clients.size >= 2 * calls.limits.calls + 16) refuse(socket, '503 Service Unavailable');
    else take(request, socket, head);
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
