import { asyncScheduler, defer, finalize, tap } from 'rxjs';
import { frameMs, Playhead } from '../../lib/audio/index.ts';
import { type Output, wrap } from '../../lib/index.ts';

/** How long a loudspeaker is behind what it is handed, and how long a room goes on sounding, ms. */
const tail = { output: 110, room: 200 };

/** An output that knows whether it can be heard at this moment. */
export interface WatchedOutput {
  readonly output: Output;
  /** Whether what it plays may be heard: as long as it speaks, and 310 ms longer. */
  readonly audible: () => boolean;
}

/** Watches when an output speaks, for a microphone that hears it and must not. */
export function speakingNow(output: Output): WatchedOutput {
  let until = -Infinity;
  const tailMs = tail.output + tail.room;
  return {
    output: wrap(output, output => speech$ =>
      defer(() => {
        const playhead = new Playhead();
        const spoken$ = speech$.pipe(
          tap(frame => {
            const now = asyncScheduler.now();
            playhead.hand(frameMs(frame), now);
            until = now + playhead.restMs(now) + tailMs;
          }),
        );
        return output(spoken$).pipe(
          finalize(() => {
            // What was handed over and is not heard any more keeps nobody from listening.
            if (until > -Infinity) until = Math.min(until, asyncScheduler.now() + tailMs);
          }),
        );
      }),
    ),
    audible: () => asyncScheduler.now() < until,
  };
}
