import { defer, finalize, merge, type Observable, type OperatorFunction, Subject, takeUntil } from 'rxjs';

/** Adds what another source emits for as long as this one runs. */
export const alongside =
  <Value, Other>(other$: Observable<Other>): OperatorFunction<Value, Value | Other> =>
  source$ =>
    defer(() => {
      const over$ = new Subject<void>();
      return merge(source$.pipe(finalize(() => over$.next())), other$.pipe(takeUntil(over$)));
    });
