import { defer, map, type MonoTypeOperatorFunction } from 'rxjs';
import { frameMs, silence } from '../../lib/audio/index.ts';
import type { AudioFrame } from '../../lib/index.ts';

/** Replaces frames by silence while a condition holds, so that subscribers keep their clock. */
export const silencedWhile =
  (holds: () => boolean): MonoTypeOperatorFunction<AudioFrame> =>
  frame$ =>
    defer(() => {
      let quiet = silence(0);
      const quietLike = (frame: AudioFrame): AudioFrame => {
        if (quiet.pcm.length !== frame.pcm.length || quiet.sampleRate !== frame.sampleRate)
          quiet = silence(frameMs(frame), frame.sampleRate);
        return quiet;
      };
      return frame$.pipe(map(frame => (holds() ? quietLike(frame) : frame)));
    });
