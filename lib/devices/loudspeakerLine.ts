import { map, type Observable, Subject } from 'rxjs';
import { type AudioFrame, frameBytes } from '../audio/frame.ts';
import { resample } from '../audio/resample.ts';
import { ofType } from '../rx/ofType.ts';
import type { Line } from './openLine.ts';

/** An open loudspeaker. */
export interface LoudspeakerLine {
  /** Emits how much of the audio it received was heard, ms, at least every 200 ms. */
  readonly heardMs$: Observable<number>;
  /** How much it was sent, ms. */
  readonly sentMs: number;
  send(frame: AudioFrame): void;
  /** Lets go of what converts the sound. */
  free(): void;
}

/** An open loudspeaker that takes frames of one rate, whatever the device's own is. */
export function loudspeakerLine({ host, message$, sampleRate }: Line, rate: number): LoudspeakerLine {
  let sent = 0;
  const frame$ = new Subject<AudioFrame>();
  // A resampler lives as long as its line: frames of one reply are one stream to it, and so are replies.
  frame$.pipe(resample(sampleRate)).subscribe({
    next: frame => host.send({ type: 'play', pcm: frameBytes(frame) }),
    error: () => undefined, // a Subject that only ever gets frames has none
  });
  return {
    heardMs$: message$.pipe(
      ofType('tick'),
      map(({ heard }) => (heard / sampleRate) * 1000),
    ),
    get sentMs() {
      return (sent / rate) * 1000;
    },
    send: frame => {
      sent += frame.pcm.length;
      frame$.next(frame);
    },
    free: () => frame$.complete(),
  };
}
