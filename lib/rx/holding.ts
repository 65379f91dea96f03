import { defer, finalize, ignoreElements, merge, type MonoTypeOperatorFunction, type Observable } from 'rxjs';
import { Subject, takeUntil } from 'rxjs';

/** Keeps a resource subscribed while the source runs. An error of the resource ends the stream. */
export const holding =
  <Value>(resource$: Observable<unknown>): MonoTypeOperatorFunction<Value> =>
  source$ =>
    defer(() => {
      const over$ = new Subject<void>();
      return merge(
        resource$.pipe(ignoreElements(), takeUntil(over$)),
        source$.pipe(finalize(() => over$.next())),
      );
    });
