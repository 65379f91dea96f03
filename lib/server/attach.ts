import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerAsUsual, asksForOther } from './notWebSocket.ts';
import type { VoiceServer } from './voiceServer.ts';

/** The listeners for upgrades that are voice servers'. */
const upgrading = new WeakSet<object>();

/** The connections that one of them took. */
const taken = new WeakSet<Duplex>();

/** Has a voice server take the upgrades and requests of an HTTP server that are for it; the others go where they went. */
export function attach(server: Server, voices: VoiceServer): void {
  const listener = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Node has taken its own listener away: a connection that is reset would end the process.
    socket.on('error', () => undefined);
    if (taken.has(socket)) return;
    if (!asksForOther(request) && voices.upgrade(request, socket, head)) return void taken.add(socket);
    // Another listener may want it; where all are voice servers' the last one answers, or nobody ever would.
    const listeners = server.listeners('upgrade');
    if (listeners.at(-1) !== listener || !listeners.every(one => upgrading.has(one))) return;
    if (asksForOther(request)) answerAsUsual(server, request, socket);
    else refuse(socket, '404 Not Found');
  };
  upgrading.add(listener);
  server.on('upgrade', listener);

  // Asked before the listeners, so that none answers a second time, whenever it was added.
  const emit = server.emit.bind(server) as (name: string, ...args: unknown[]) => boolean;
  server.emit = (name: string, ...args: unknown[]): boolean => {
    if (name !== 'request') return emit(name, ...args);
    const [request, response] = args as [IncomingMessage, ServerResponse];
    if (voices.request(request, response) || emit(name, request, response)) return true;
    response.writeHead(404).end();
    return true;
  };
}

/** Refuses an upgrade. */
export function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
