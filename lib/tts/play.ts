import {
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  from,
  ignoreElements,
  merge,
  NEVER,
  type Observable,
  of,
} from 'rxjs';
import { Subject, switchMap, take, takeWhile, tap } from 'rxjs';
import { type AudioFrame, frameMs } from '../audio/frame.ts';
import type { Output } from '../audio/output.ts';
import { failingAs } from './stageFailure.ts';
import type { SpeechLedger } from './speechLedger.ts';

/** The reply was held, or goes on. */
export type PlayEvent = { readonly type: 'paused' } | { readonly type: 'resumed' };

/** An output's report of what was heard may be so late, ms; until the first comes, the clock is all there is. */
const lateMs = 2_000;

/**
 * Plays the speech of a reply into an output, and can be held: while `held$` is true the output is silent and nothing is
 * handed over; then it goes on with the first sample that was not heard. Completes when all of it was heard.
 *
 * Every time it goes on the output is subscribed anew, with the rest of the reply. `held$` emits on subscription. What
 * the output reports, and every hold, is entered in the ledger.
 */
export const play = (
  speech$: Observable<AudioFrame>,
  output: Output,
  held$: Observable<boolean>,
  ledger: SpeechLedger,
): Observable<PlayEvent> =>
  defer(() => {
    const unheard = new UnheardFrames();
    const live$ = new Subject<AudioFrame>();
    const wanted$ = new Subject<void>();
    let heardMs = 0;
    let begun = false;

    /** A reply that begins held has not been paused, nor resumed when it begins. */
    const report = (type: PlayEvent['type']): Observable<PlayEvent> => (begun ? of({ type }) : EMPTY);

    const want$ = defer(() => {
      wanted$.next();
      return EMPTY;
    });
    /** What was not heard, and what is still to come. */
    const rest$ = defer(() => merge(concat(from(unheard.after(heardMs)), live$), want$));
    const release$ = defer(() => {
      ledger.release();
      return EMPTY;
    });
    const play$ = defer(() => {
      const offset = heardMs;
      const playback$ = defer(() => output(rest$)).pipe(
        tap(({ playedMs }) => ledger.report({ playedMs: playedMs + offset })),
        ignoreElements(),
        failingAs('output'),
      );
      const resumed$ = report('resumed');
      begun = true;
      return concat(resumed$, merge(concat(playback$, of('heard' as const)), release$));
    });
    const hold$ = defer(() => {
      heardMs = ledger.hold();
      return concat(report('paused'), want$, NEVER);
    });
    const feed$ = wanted$.pipe(
      take(1),
      switchMap(() => speech$),
      tap({
        next: frame => {
          unheard.push(frame, ledger.heardMs - lateMs);
          live$.next(frame);
        },
        error: (error: unknown) => live$.error(error),
        complete: () => live$.complete(),
      }),
      ignoreElements(),
      catchError(() => EMPTY), // it comes by way of the output
    );
    const played$ = held$.pipe(
      distinctUntilChanged(),
      switchMap(held => (held ? hold$ : play$)),
    );
    return merge(feed$, played$).pipe(takeWhile(event => event !== 'heard'));
  });

/** The frames that were handed over and not heard. */
class UnheardFrames {
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
