import { defer, type MonoTypeOperatorFunction } from 'rxjs';
import type { ClientFrame } from '../loopback/frames.ts';
import { inOrder } from '../loopback/inOrder.ts';

/** How much faster than real time audio may come. */
const fastest = 1.25;

/** Takes in audio at 1.25 times real time at most; faster audio waits, with everything after it. */
export const throttled =
  (bytesPerMs: number): MonoTypeOperatorFunction<ClientFrame> =>
  client$ =>
    defer(() => {
      let free = 0;
      return client$.pipe(
        inOrder((frame, now) => {
          const at = Math.max(free, now);
          if (frame.type === 'binary') free = at + frame.bytes.length / bytesPerMs / fastest;
          return at;
        }),
      );
    });
