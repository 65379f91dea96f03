import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
  type Observable,
} from 'rxjs';
import { of, type OperatorFunction, pipe, ReplaySubject, Subject, tap } from 'rxjs';

/**
 * `concatMap` that starts early: the work for up to `ahead` values after the playing one runs already, so that
 * sentence n + 1 is synthesised while sentence n plays.
 *
 * Results are buffered until they play; an error is emitted after the values before it. `ahead` 1 leaves no gap and
 * wastes at most one sentence on an interruption; 0 is plain `concatMap`.
 *
 * @example
 * sentence$.pipe(prefetch(tts, audio$ => audio$.pipe(paced())))
 */
export const prefetch = <Value, Result, Played>(
  work: (value: Value) => Observable<Result>,
  play: (result$: Observable<Result>, value: Value) => Observable<Played>,
  ahead = 1,
): OperatorFunction<Value, Played> =>
  pipe(
    mergeMap((value: Value) => {
      const result$ = new ReplaySubject<Result>(Infinity);
      const played$ = new Subject<never>();
      const line$ = defer(() => play(result$, value)).pipe(finalize(() => played$.complete()));
      return merge(
        of(line$),
        work(value).pipe(
          tap({
            next: result => result$.next(result),
            error: (error: unknown) => result$.error(error),
            complete: () => result$.complete(),
          }),
          ignoreElements(),
          catchError(() => EMPTY),
        ),
        played$,
      );
    }, ahead + 1),
    concatMap(line$ => line$),
  );
