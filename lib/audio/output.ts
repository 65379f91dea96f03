import type { Observable } from 'rxjs';
import type { Noticing, Warmable } from '../engine.ts';
import type { AudioFrame } from './frame.ts';

/** An output's report while it plays. */
export interface Playback {
  /** How much of this reply's audio was heard so far, ms. */
  readonly playedMs: number;
}

/**
 * A destination for speech: subscribing plays, unsubscribing silences at once, completion means that everything was heard.
 *
 * It is called once a reply, and again with the rest of the reply after a pause. Frames arrive at the pace of real time
 * (a little ahead, see `paced`), so an output need not pace them. An output that knows how much was heard (a browser
 * that acknowledges, a sound card that counts) emits {@link Playback}; otherwise the clock decides. A device that stays
 * open between replies has a `warm$`, which a conversation holds; its notices are in `notice$`.
 *
 * @example
 * const count: Output = speech$ => speech$.pipe(tap(frame => (total += frame.pcm.length)), ignoreElements());
 */
export interface Output extends Warmable, Noticing {
  (speech$: Observable<AudioFrame>): Observable<Playback>;
}
