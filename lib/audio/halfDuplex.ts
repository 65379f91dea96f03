import { asyncScheduler, defer, map, type MonoTypeOperatorFunction } from 'rxjs';
import { type AudioFrame, frameMs, silence } from './frame.ts';

/** How {@link halfDuplex} listens. */
export interface HalfDuplexOptions {
  /** For how long after the bot's voice the user is not heard, ms: the room's echo. Default 200. */
  readonly tailMs?: number;
}

/**
 * Turns frames into silence while the bot's voice is heard, and shortly after, for devices that can't cancel its echo.
 * `soundingMs`, how long its voice is still to be
 * heard, is asked once a frame: 0 while it is silent.
 *
 * @example
 * microphone().pipe(halfDuplex(() => playhead.restMs(asyncScheduler.now())))
 */
export const halfDuplex =
  (
    soundingMs: () => number,
    { tailMs = 200 }: HalfDuplexOptions = {},
  ): MonoTypeOperatorFunction<AudioFrame> =>
  frame$ =>
    defer(() => {
      let deafUntil = -Infinity;
      return frame$.pipe(
        map(frame => {
          const now = asyncScheduler.now();
          const restMs = soundingMs();
          if (restMs > 0) deafUntil = now + Math.min(restMs, frameMs(frame)) + tailMs;
          return now < deafUntil ? silence(frameMs(frame), frame.sampleRate) : frame;
        }),
      );
    });
