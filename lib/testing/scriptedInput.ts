import { interval, map, type Observable, take } from 'rxjs';
import { type AudioFrame, silence } from '../audio/frame.ts';

/** A silent microphone, for a given time, ms: 20 ms frames in real time, each when it would have been recorded. */
export const scriptedInput = (ms: number, sampleRate = 16_000): Observable<AudioFrame> => {
  const frame = silence(20, sampleRate);
  return interval(20).pipe(
    take(Math.round(ms / 20)),
    map(() => frame),
  );
};
