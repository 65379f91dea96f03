import { Observable, type Subscriber } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import { reframe } from '../audio/reframe.ts';

/** The user's audio, over the current connection. Without a connection nothing is emitted. */
export class Uplink {
  /** How many samples have arrived. */
  samples = 0;
  #ended = false;
  #listener: Subscriber<AudioFrame> | undefined;

  /** The audio, in frames of 20 ms. Audio that arrives before it is subscribed is dropped: the engines are not ready. */
  readonly frame$: Observable<AudioFrame> = new Observable<AudioFrame>(subscriber => {
    if (this.#ended) return subscriber.complete();
    this.#listener = subscriber;
    return () => (this.#listener = undefined);
  }).pipe(reframe());

  /** Audio arrived. */
  take(frame: AudioFrame): void {
    if (this.#ended) return;
    this.samples += frame.pcm.length;
    this.#listener?.next(frame);
  }

  /** No more comes. */
  end(): void {
    this.#ended = true;
    this.#listener?.complete();
  }
}
