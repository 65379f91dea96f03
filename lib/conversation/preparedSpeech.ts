import { defer, EMPTY, from, ignoreElements, type Observable, retry, tap, toArray } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Tts } from '../tts/tts.ts';

/** After a synthesis that failed, the next try comes this much later, ms. */
const retryMs = 10_000;

/** A text that is synthesised while all is well, so that the bot can say it when its engines fail. */
export class PreparedSpeech {
  readonly text: string;
  #frames: readonly AudioFrame[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Synthesises the text once, for all calls. It emits nothing, and retries until it succeeds. */
  prepare(tts: Tts): Observable<never> {
    return defer(() =>
      this.#frames === undefined
        ? tts(this.text).pipe(
            toArray(),
            tap(frames => (this.#frames = frames)),
            ignoreElements(),
          )
        : EMPTY,
    ).pipe(retry({ delay: retryMs }));
  }

  /** A text-to-speech engine that plays the prepared audio; none before it is prepared. */
  get tts(): Tts | undefined {
    const frames = this.#frames ?? [];
    return frames.length === 0 ? undefined : () => from(frames);
  }
}
