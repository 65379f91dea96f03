import { defer, EMPTY, from, ignoreElements, type Observable, retry, tap, toArray } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Tts } from '../tts/tts.ts';

/** After how long it is tried again to prepare it, ms. */
const againMs = 10_000;

/** What the bot says when a turn failed: synthesised while all is well, so that it can be said when nothing is. */
export class Apology {
  readonly text: string;
  #frames: readonly AudioFrame[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Has it synthesised, unless it was, by any call. It emits nothing, and does not fail. */
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

  /** The voice that says it; none before it is there. */
  get voice(): Tts | undefined {
    const frames = this.#frames ?? [];
    return frames.length === 0 ? undefined : () => from(frames);
  }
}
