import { catchError, EMPTY, finalize, ignoreElements, merge, mergeMap, type Observable, of } from 'rxjs';
import { type OperatorFunction, ReplaySubject, Subject, tap } from 'rxjs';

/** A value, and what the work for it emits: from the start, whenever it is subscribed. To be consumed once. */
export interface Line<Value, Result> {
  readonly value: Value;
  readonly result$: Observable<Result>;
}

/**
 * Starts the work for up to `ahead` values beyond the one being consumed, and emits their results as lines, in order,
 * to be taken by `concatMap`: while sentence n plays, sentence n + 1 is already being synthesised.
 *
 * A line keeps what its work emitted until it is consumed; an error of the work comes down its line, after the values
 * before it. `ahead` 1 is enough to leave no gap between sentences and wastes at most one on an interruption; 0 is
 * plain `concatMap`.
 *
 * @example
 * sentence$.pipe(prefetch(tts), concatMap(({ result$ }) => result$.pipe(paced())))
 */
export const prefetch = <Value, Result>(
  work: (value: Value) => Observable<Result>,
  ahead = 1,
): OperatorFunction<Value, Line<Value, Result>> =>
  mergeMap((value: Value) => {
    const line$ = new ReplaySubject<Result>(Infinity);
    const consumed$ = new Subject<never>();
    return merge(
      of({ value, result$: line$.pipe(finalize(() => consumed$.complete())) }),
      work(value).pipe(
        tap({
          next: result => line$.next(result),
          error: (error: unknown) => line$.error(error),
          complete: () => line$.complete(),
        }),
        ignoreElements(),
        catchError(() => EMPTY),
      ),
      consumed$,
    );
  }, ahead + 1);
