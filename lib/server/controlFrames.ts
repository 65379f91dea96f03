import type { WebSocket } from 'ws';
import { TokenBucket } from './tokenBucket.ts';

/** Pings and pongs a second, and at once. Clients ping every few seconds, if at all. */
const frames = { perSecond: 20, burst: 40 };

/** Answers pings at a reasonable rate. Beyond it calls the callback, and stops answering. */
export function answerPings(socket: WebSocket, flooded: () => void): void {
  const allowance = new TokenBucket(frames.perSecond / 1000, frames.burst);
  const allowed = (): boolean => {
    if (socket.readyState !== socket.OPEN) return false;
    if (allowance.take(1)) return true;
    flooded();
    return false;
  };
  socket.on('ping', data => allowed() && socket.pong(data));
  socket.on('pong', allowed);
}
