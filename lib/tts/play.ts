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

/** The longest delay of an output's reports, ms; until the first one, the clock decides. */
const lateMs = 2_000;

/**
 * Plays the speech of a reply into an output, and can be held. While `held$` is true, the output is silent and
 * receives nothing; afterwards it resumes with the first sample that was not heard. Completes when everything was
 * heard.
 *
 * Each time it resumes, the output is subscribed again, with the rest of the reply. `held$` emits on subscription.
 * The ledger records the output's reports and every hold.
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
    /** Where this speech begins in the audio of the reply: at its start, unless other speech was cut before. */
    const baseMs = ledger.playhead.handedMs;
    let heardMs = baseMs;
    let begun = false;

    /** A reply that begins held has not been paused, nor resumed when it begins. */
    const report = (type: PlayEvent['type']): Observable<PlayEvent> => (begun ? of({ type }) : EMPTY);

    const want$ = defer(() => {
      wanted$.next();
      return EMPTY;
    });
    /** Audio that was not heard, followed by the audio still to come. */
    const rest$ = defer(() => merge(concat(from(unheard.after(heardMs - baseMs)), live$), want$));
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
          unheard.push(frame, ledger.heardMs - baseMs - lateMs);
          live$.next(frame);
        },
        error: (error: unknown) => live$.error(error),
        complete: () => live$.complete(),
      }),
      ignoreElements(),
      catchError(() => EMPTY), // added by way of the output
    );
    const played$ = held$.pipe(
      distinctUntilChanged(),
      switchMap(held => (held ? hold$ : play$)),
    );
    return merge(feed$, played$).pipe(takeWhile(event => event !== 'heard'));
  });

/** The frames that were passed on but not heard. */
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

  /** The audio after this position, to the sample. */
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
