import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Whether a client asks to go on as something else than a WebSocket: HTTP/2, mostly, which a server may ignore. */
export const asksForOther = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() !== 'websocket';

/**
 * Answers such a request as if it had asked for nothing else, as Node does where nobody listens for upgrades
 * (RFC 9110, 7.8: a server may ignore `Upgrade`). The connection is closed after it.
 */
export function answerAsUsual(server: Server, request: IncomingMessage, socket: Duplex): void {
  if (!(socket instanceof Socket)) return void socket.destroy();
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => socket.end());
  server.emit('request', request, response);
}
