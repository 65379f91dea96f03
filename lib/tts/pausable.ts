import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  from,
  ignoreElements,
  map,
  merge,
  NEVER,
  type Observable,
  of,
} from 'rxjs';
import { Subject, switchMap, take, takeWhile, tap } from 'rxjs';
import { type AudioFrame, frameMs } from '../audio/frame.ts';
import type { Output, Playback } from '../audio/output.ts';
import type { SpokenSoFar } from './spokenSoFar.ts';

/** An output's report of what was heard may be so late, ms; until the first comes, the clock is all there is. */
const lateMs = 2_000;

/**
 * An output that can be held: it falls silent at once, and goes on with the first sample that was not heard. `held$`
 * tells from the beginning whether it is to be, and `spoken` is the ledger of the reply; while it is held no audio is handed over, and nothing counts as heard.
 *
 * Every time it goes on the output underneath is subscribed anew, with the rest of the reply.
 *
 * @example
 * speak(tts, pausable(output, held$, spoken), { spoken })
 */
export const pausable =
  (output: Output, held$: Observable<boolean>, spoken: SpokenSoFar): Output =>
  speech$ =>
    defer(() => {
      const unheard = new Unheard();
      const live$ = new Subject<AudioFrame>();
      const wanted$ = new Subject<void>();
      let heardMs = 0;

      const want$ = defer(() => {
        wanted$.next();
        return EMPTY;
      });
      /** What was not heard, and what is still to come. */
      const rest$ = defer(() => merge(concat(from(unheard.after(heardMs)), live$), want$));
      const release$ = defer(() => {
        spoken.playhead.release(asyncScheduler.now());
        return EMPTY;
      });
      const play$ = defer(() => {
        const offset = heardMs;
        const playback$ = output(rest$).pipe(
          map(({ playedMs }): Playback => ({ playedMs: playedMs + offset })),
        );
        return merge(concat(playback$, of('heard' as const)), release$);
      });
      const hold$ = defer(() => {
        heardMs = spoken.hold();
        return concat(want$, NEVER);
      });
      const feed$ = wanted$.pipe(
        take(1),
        switchMap(() => speech$),
        tap({
          next: frame => {
            unheard.push(frame, spoken.heardMs - lateMs);
            live$.next(frame);
          },
          error: (error: unknown) => live$.error(error),
          complete: () => live$.complete(),
        }),
        ignoreElements(),
        catchError(() => EMPTY), // it comes by way of the output
      );
      return merge(
        feed$,
        held$.pipe(
          distinctUntilChanged(),
          switchMap(held => (held ? hold$ : play$)),
        ),
      ).pipe(takeWhile(playback => playback !== 'heard'));
    });

/** The frames that were handed over and not heard. */
class Unheard {
  #frames: AudioFrame[] = [];
  #fromMs = 0;

  push(frame: AudioFrame, heardMs: number): void {
    this.#frames.push(frame);
    for (let first = this.#frames[0]!; this.#fromMs + frameMs(first) <= heardMs; first = this.#frames[0]!) {
      if (this.#frames.length === 1) return;
      this.#frames.shift();
      this.#fromMs += frameMs(first);
    }
  }

  /** What comes after so much of the audio, to the sample. */
  after(heardMs: number): AudioFrame[] {
    let fromMs = this.#fromMs;
    return this.#frames.flatMap(frame => {
      const skipMs = Math.max(0, heardMs - fromMs);
      fromMs += frameMs(frame);
      const pcm = frame.pcm.subarray(Math.round((skipMs * frame.sampleRate) / 1000));
      return pcm.length === 0 ? [] : [{ ...frame, pcm }];
    });
  }
}
