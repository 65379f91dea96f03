import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { isTaken } from './attach.ts';

/** Connections for the page and its files, and those that have not sent their request yet. */
const requests = 256;

/**
 * Bounds the connections of an HTTP server to the number that its calls need. Beyond it the oldest connection without a
 * call gives its place to the new one; Node would turn the new one away. Returns a function that ends them all.
 */
export function bounded(server: Server, calls: number): () => void {
  const sockets = new Set<Socket>();
  // Calls have at most 2 * calls + 16, as many again may just be sent away.
  const most = 4 * calls + requests;
  // Above the limit of this function, so that only a mistake reaches it.
  if (Number.isFinite(most)) server.maxConnections = most + requests;
  server.on('connection', socket => {
    if (sockets.has(socket)) return; // read once more, without its offer of HTTP/2
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (sockets.size <= most) return;
    for (const one of sockets) {
      if (isTaken(one)) continue;
      one.destroy();
      break;
    }
  });
  return () => sockets.forEach(socket => socket.destroy());
}
