import { timer } from 'rxjs';
import type { WebSocket } from 'ws';

/**
 * Finds connections that were lost without a close, such as by a network that was switched off: pings at intervals,
 * and ends those that have not answered by the next ping.
 */
export function heartbeat(socket: WebSocket, everyMs: number): void {
  let alive = true;
  const beat = timer(everyMs, everyMs).subscribe(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  });
  socket.on('pong', () => (alive = true));
  socket.on('close', () => beat.unsubscribe());
}
