import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { bounded } from './boundedConnections.ts';
import { isLoopback } from './hosts.ts';
import { limitsOf } from './limitsOf.ts';
import { concat, ignoreElements, NEVER, Observable, take } from 'rxjs';
import { RxvoiceError } from '../errors.ts';
import type { VoiceServerOptions } from './options.ts';
import type { ServerEvent } from './serverEvents.ts';
import { voiceServer } from './voiceServer.ts';

/** Fixes for a port that can't be listened on. */
const cures: Readonly<Record<string, string>> = {
  EADDRINUSE: ' Another program does; choose another port, or 0 for any.',
  EADDRNOTAVAIL: ' This machine has no such address: 127.0.0.1 is for itself, 0.0.0.0 for all that it has.',
  EACCES: ' Ports below 1024 are for the administrator; choose one above.',
  ENOTFOUND: ' There is no such host: 127.0.0.1 is for this machine itself, 0.0.0.0 for all its addresses.',
};

/**
 * How long a request may take to arrive, and a connection to be idle, ms. Node looks at them once a second instead of
 * once in 30 s.
 */
const timeouts = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};

/** Addresses that mean all interfaces, and the address by which this machine reaches itself. */
const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** The addresses by which other machines reach this one; of IPv6 those that need no zone. */
const addressesOf = (host: string): string[] =>
  Object.values(networkInterfaces())
    .flatMap(addresses => addresses ?? [])
    .filter(
      ({ internal, family, scopeid }) => !internal && (family === 'IPv4' || (host === '::' && !scopeid)),
    )
    .map(({ address }) => address);

/** How {@link serve} serves. */
export interface ServeOptions extends VoiceServerOptions {
  /** Default 8080; 0 for any that is free. */
  readonly port?: number;
  /** The interface to listen on. Default `127.0.0.1`: this machine only. `0.0.0.0`: every machine that can reach it. */
  readonly host?: string;
  /** When it emits, no new calls are taken, running ones may end, and then it completes. */
  readonly drain$?: Observable<unknown>;
  /** How long running calls may go on while draining, ms. Default 60,000. */
  readonly drainMs?: number;
}

/** The server listens. */
export interface ServerListening {
  readonly type: 'listening';
  /** Where, from this machine: "http://127.0.0.1:8080". */
  readonly url: string;
  /**
   * Where from others, if it listens on all interfaces: "http://192.168.1.5:8080". Browsers give a microphone to pages
   * over https and of localhost only, so a proxy that speaks https must be in front of it.
   */
  readonly elsewhere: readonly string[];
}

/**
 * Takes voice calls with an HTTP server of its own. Cold: subscribing listens, unsubscribing hangs up and closes at
 * once; `drain$` ends it gently. Emits `listening` first, then the server's events. TLS is for the proxy before it:
 * browsers give a microphone to pages over https and of localhost only.
 *
 * @example
 * serve({ call: () => voice, page: true, drain$: fromEvent(process, 'SIGTERM') })
 *   .subscribe(event => event.type === 'listening' && console.log(event.url));
 */
export const serve = ({
  port = 8080,
  host = '127.0.0.1',
  drain$ = NEVER,
  drainMs = 60_000,
  ...options
}: ServeOptions): Observable<ServerEvent | ServerListening> =>
  new Observable<ServerEvent | ServerListening>(subscriber => {
    if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
      throw new RxvoiceError(
        `port: expected a whole number up to 65535, 0 for any, but got ${String(port)}.`,
      );
    const voices = voiceServer({
      page: true,
      endpoints: true,
      // Nothing but this machine can reach it, so a page that asks for another host came by DNS rebinding.
      ...(isLoopback(host) && { allowedHosts: [] }),
      ...options,
    });
    const server = createServer(timeouts);
    voices.attach(server);
    const closeConnections = bounded(server, limitsOf(options.limits).calls);
    subscriber.add(() => {
      voices.close();
      server.close();
      closeConnections();
    });
    server.on('error', (cause: NodeJS.ErrnoException) =>
      subscriber.error(
        new RxvoiceError(
          `port ${port} of ${host}: it can't be listened on (${cause.code ?? 'unknown'}).` +
            (cures[cause.code ?? ''] ?? ''),
          { cause },
        ),
      ),
    );
    subscriber.add(voices.event$.subscribe(event => subscriber.next(event)));
    subscriber.add(
      concat(drain$.pipe(take(1), ignoreElements()), voices.drain(drainMs)).subscribe({
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
    server.listen(port, host, () => {
      const { port: taken } = server.address() as AddressInfo;
      const url = (name: string): string => `http://${name.includes(':') ? `[${name}]` : name}:${taken}`;
      subscriber.next({
        type: 'listening',
        url: url(everywhere[host] ?? host),
        elsewhere: host in everywhere ? addressesOf(host).map(url) : [],
      });
    });
  });
