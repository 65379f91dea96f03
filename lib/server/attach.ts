import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { timer } from 'rxjs';
import type { HttpServer } from './httpServer.ts';
import { answerAsUsual, asksForOther } from './notWebSocket.ts';

/** The handlers of a voice server; each returns whether the upgrade or request was for it. */
interface Handlers {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  request(request: IncomingMessage, response: ServerResponse): boolean;
}

/** Hook that Node 24.9 and later call before they upgrade a request. */
interface AsksBeforeUpgrade {
  shouldUpgradeCallback?: (request: IncomingMessage) => boolean;
}

/** The listeners for upgrades that are voice servers'. */
const upgrading = new WeakSet<object>();

/** The connections that one of them took. */
const taken = new WeakSet<Duplex>();

/** Whether a connection has become a WebSocket of a voice server, or was refused as one. */
export const isTaken = (socket: Duplex): boolean => taken.has(socket);

/** Has a voice server take the upgrades and requests of an HTTP server that are for it; the others go where they went. */
export function attach(server: HttpServer, voices: Handlers): void {
  const emitter = server as EventEmitter & AsksBeforeUpgrade;
  const onlyVoices = (): boolean => emitter.listeners('upgrade').every(one => upgrading.has(one));
  const listener = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Node has taken its own listener away: a connection that is reset would end the process.
    if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
    if (taken.has(socket)) return;
    if (!asksForOther(request) && voices.upgrade(request, socket, head)) return void taken.add(socket);
    // Another listener may want it; where all are voice servers' the last one answers, or the request would hang.
    if (emitter.listeners('upgrade').at(-1) !== listener || !onlyVoices()) return;
    if (asksForOther(request)) answerAsUsual(server, request, socket, head);
    else refuse(socket, '404 Not Found');
  };
  upgrading.add(listener);
  emitter.on('upgrade', listener);

  // Where Node asks, a request that offers HTTP/2 never leaves its ordinary course.
  const before = emitter.shouldUpgradeCallback;
  if (before !== undefined)
    emitter.shouldUpgradeCallback = request =>
      before.call(emitter, request) && !(asksForOther(request) && onlyVoices());

  // Asked before the listeners, so that none answers a second time, whenever it was added.
  const emit = emitter.emit.bind(emitter) as (name: string, ...args: unknown[]) => boolean;
  emitter.emit = (name: string, ...args: unknown[]): boolean => {
    if (name !== 'request') return emit(name, ...args);
    const [request, response] = args as [IncomingMessage, ServerResponse];
    if (voices.request(request, response) || emit(name, request, response)) return true;
    response.writeHead(404).end();
    return true;
  };
}

const ignore = (): void => undefined;

/** How long a refusal may take to be sent, ms. */
const refusalMs = 1_000;

/** Refuses an upgrade. No timeout of Node's covers the connection any more, so it is destroyed as soon as that is sent. */
export function refuse(socket: Duplex, status: string): void {
  const late = timer(refusalMs).subscribe(() => socket.destroy());
  socket.on('close', () => late.unsubscribe());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
