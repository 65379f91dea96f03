import { defer, EMPTY, from, ignoreElements, type Observable, retry, tap, toArray } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Tts } from '../tts/tts.ts';

<<<<<<< HEAD:lib/conversation/apology.ts
/** The delay before another attempt to prepare it, ms. */
const againMs = 10_000;

/**
 * The bot's apology for a failed turn. It is synthesised while the engines work, so that it can be played when they
 * fail.
 */
export class Apology {
=======
/** After a synthesis that failed, the next try comes this much later, ms. */
const retryMs = 10_000;

/** A text that is synthesised while all is well, so that the bot can say it when its engines fail. */
export class PreparedSpeech {
>>>>>>> main:lib/conversation/preparedSpeech.ts
  readonly text: string;
  #frames: readonly AudioFrame[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

<<<<<<< HEAD:lib/conversation/apology.ts
  /** Synthesises the apology, unless an earlier call has done so. Emits nothing and never fails. */
=======
  /** Synthesises the text once, for all calls. It emits nothing, and retries until it succeeds. */
>>>>>>> main:lib/conversation/preparedSpeech.ts
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

<<<<<<< HEAD:lib/conversation/apology.ts
  /** The voice that plays the apology; `undefined` until it is prepared. */
  get voice(): Tts | undefined {
=======
  /** A text-to-speech engine that plays the prepared audio; none before it is prepared. */
  get tts(): Tts | undefined {
>>>>>>> main:lib/conversation/preparedSpeech.ts
    const frames = this.#frames ?? [];
    return frames.length === 0 ? undefined : () => from(frames);
  }
}
