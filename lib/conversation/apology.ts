import { defer, EMPTY, from, ignoreElements, type Observable, retry, tap, toArray } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Tts } from '../tts/tts.ts';

/** The delay before another attempt to prepare it, ms. */
const againMs = 10_000;

/**
 * The bot's apology for a failed turn. It is synthesised while the engines work, so that it can be played when they
 * fail.
 */
export class Apology {
  readonly text: string;
  #frames: readonly AudioFrame[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Synthesises the apology, unless an earlier call has done so. Emits nothing and never fails. */
  prepare(tts: Tts): Observable<never> {
    return defer(() =>
      this.#frames === undefined
        ? tts(this.text).pipe(
            toArray(),
            tap(frames => (this.#frames = frames)),
            ignoreElements(),
          )
        : EMPTY,
    ).pipe(retry({ delay: againMs }));
  }

  /** The voice that plays the apology; `undefined` until it is prepared. */
  get voice(): Tts | undefined {
    const frames = this.#frames ?? [];
    return frames.length === 0 ? undefined : () => from(frames);
  }
}
