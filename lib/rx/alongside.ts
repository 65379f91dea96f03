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
 * Adds what another source emits for as long as this one runs. An error of either is one of the stream.
 *
 * @example
 * call$.pipe(alongside(warning$))
 */
export const alongside =
  <Value, Other>(other$: Observable<Other>): OperatorFunction<Value, Value | Other> =>
  source$ =>
    defer(() => {
      // It replays: a source may be over before the other is subscribed.
      const over$ = new ReplaySubject<void>(1);
      return merge(source$.pipe(finalize(() => over$.next())), other$.pipe(takeUntil(over$)));
    });
