import { map, type Observable, Subject } from 'rxjs';
import { type AudioFrame, frameBytes } from '../audio/frame.ts';
import { resample } from '../audio/resample.ts';
import { ofType } from '../rx/ofType.ts';
import type { OpenDevice } from './openDevice.ts';

/** An open loudspeaker. */
export interface OpenLoudspeaker {
  /** Emits the length of the audio that was heard, ms, at least every 200 ms. */
  readonly heardMs$: Observable<number>;
  /** The length of the audio that was sent to it, ms. */
  readonly sentMs: number;
  send(frame: AudioFrame): void;
  /** Releases the resampler. */
  free(): void;
}

/** Adapts an open device to a loudspeaker that takes frames of one rate, whatever the device's own rate is. */
export function openLoudspeaker({ host, message$, sampleRate }: OpenDevice, rate: number): OpenLoudspeaker {
  let sent = 0;
  const frame$ = new Subject<AudioFrame>();
  // One resampler for as long as the device is open: all replies are one stream.
  frame$.pipe(resample(sampleRate)).subscribe({
    next: frame => host.send({ type: 'play', pcm: frameBytes(frame) }),
    error: () => undefined, // this Subject never errors
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
