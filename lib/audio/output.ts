import type { Observable } from 'rxjs';
import type { Noticing, Warmable } from '../engine.ts';
import type { AudioFrame } from './frame.ts';

/** What an output reports while it plays. */
export interface Playback {
  /** How much of this reply's audio has been heard so far, ms. */
  readonly playedMs: number;
}

/**
 * Where speech goes: subscribing plays, unsubscribing silences at once, completion means that all of it was heard.
 *
 * It is called once a reply, and again with the rest of it when the reply goes on after a pause; frames come at the pace of real time (a little ahead, see `paced`), so an output need
 * not pace them. One that knows what was really heard (a browser that acknowledges, a sound card that counts)
 * emits {@link Playback}; one that doesn't emits nothing, and what was heard is taken from the clock. A device that is
 * better kept open between replies has a `warm$`, which a conversation holds; what else it has to tell is its `notice$`.
 *
 * @example
 * const count: Output = speech$ => speech$.pipe(tap(frame => (total += frame.pcm.length)), ignoreElements());
 */
export interface Output extends Warmable, Noticing {
  (speech$: Observable<AudioFrame>): Observable<Playback>;
}
