import { timer } from 'rxjs';
import type { WebSocket } from 'ws';

/**
 * Finds connections that are gone without a word, a network that was switched off, say: asks at intervals whether
 * anybody is there, and ends those that did not answer until the next time.
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
