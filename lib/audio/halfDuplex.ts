import { asyncScheduler, defer, map, type MonoTypeOperatorFunction } from 'rxjs';
import { type AudioFrame, frameMs, silence } from './frame.ts';

/** Options of {@link halfDuplex}. */
export interface HalfDuplexOptions {
  /** How long the user stays muted after the bot's voice, ms: the room's echo. Default 200. */
  readonly tailMs?: number;
}

/**
 * Replaces frames by silence while the bot is audible, and shortly after, for devices that can't cancel its echo.
 * `soundingMs` returns how long its voice will still be audible, 0 while it is silent; it is called once a frame.
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
