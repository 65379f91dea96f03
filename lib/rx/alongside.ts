import {
  defer,
  finalize,
  merge,
  type Observable,
  type OperatorFunction,
  ReplaySubject,
  takeUntil,
} from 'rxjs';

/**
 * Merges another source for as long as this one runs. An error of either ends the stream.
 *
 * @example
 * call$.pipe(alongside(warning$))
 */
export const alongside =
  <Value, Other>(other$: Observable<Other>): OperatorFunction<Value, Value | Other> =>
  source$ =>
    defer(() => {
      // A replay: the source may complete before the other is subscribed.
      const over$ = new ReplaySubject<void>(1);
      return merge(source$.pipe(finalize(() => over$.next())), other$.pipe(takeUntil(over$)));
    });
