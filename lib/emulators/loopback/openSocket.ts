import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { timer } from 'rxjs';
import type { WebSocketServer } from 'ws';
import type { Connection } from './connection.ts';
import type { ServerFrame } from './frames.ts';
import { type Protocol, serveSocket } from './serveSocket.ts';

/** A request for a WebSocket, and how it is accepted. */
export interface SocketRequest {
  readonly sockets: WebSocketServer;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  /** From the request to the opening, ms. */
  readonly connectMs: number;
}

/** Opens a WebSocket after its latency, and speaks a protocol over it; a client that leaves earlier has closed it. */
export function openSocket(
  { sockets, request, socket, head, connectMs }: SocketRequest,
  protocol: Protocol,
  connection: Connection,
  errorFrames: readonly ServerFrame[],
): void {
  const open = (): void =>
    sockets.handleUpgrade(request, socket, head, client => {
      socket.off('close', gaveUp);
      serveSocket(client, protocol, connection, errorFrames);
    });
  const opening =
    connectMs > 0 ? timer(connectMs).subscribe({ next: open, error: () => socket.destroy() }) : undefined;
  const gaveUp = (): void => {
    opening?.unsubscribe();
    connection.log({ type: 'closed', by: 'client' });
  };
  socket.once('close', gaveUp);
  if (!opening) open();
}
