import { type Observable, of } from 'rxjs';
import { paced, reframe } from '../lib/audio/index.ts';
import type { AudioFrame } from '../lib/index.ts';

/** A recording that was read as an input: as if it were spoken now, or all at once. */
export const soundInput = (sound: AudioFrame, { realTime = true } = {}): Observable<AudioFrame> => {
  const frame$ = of(sound).pipe(reframe());
  return realTime ? frame$.pipe(paced()) : frame$;
};
