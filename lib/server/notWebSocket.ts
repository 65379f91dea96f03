import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { HttpServer } from './httpServer.ts';

/** Whether a client asks to go on as something else than a WebSocket: HTTP/2, mostly, which a server may ignore. */
export const asksForOther = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() !== 'websocket';

/** Headers that belong to the offer, and are removed with it. */
const offering = new Set(['upgrade', 'http2-settings']);

/**
 * Has Node read such a request once more, without its offer, as RFC 9110 (7.8) allows. Its body, and the requests that
 * follow on the connection, come as on any other.
 */
export function answerAsUsual(
  server: HttpServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [name, value] = [request.rawHeaders[at]!, request.rawHeaders[at + 1]!];
    if (offering.has(name.toLowerCase())) continue;
    lines.push(`${name}: ${name.toLowerCase() === 'connection' ? withoutOffer(value) : value}`);
  }
  // Header texts are bytes, one a character.
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket as never);
}

const withoutOffer = (connection: string): string =>
  connection
    .split(',')
    .map(option => option.trim())
    .filter(option => !offering.has(option.toLowerCase()))
    .join(', ') || 'keep-alive';
