import { connect, defer, type Observable, type OperatorFunction, Subject, takeWhile } from 'rxjs';

/**
 * `connect` that also stops a synchronous source. Plain `connect` holds the subscription to it only after
 * subscribing, so that a downstream `take` would not end it.
 *
 * @example
 * token$.pipe(connected(token$ => merge(token$, token$.pipe(debounceTime(800)))))
 */
export const connected =
  <Value, Result>(
    selector: (shared$: Observable<Value>) => Observable<Result>,
  ): OperatorFunction<Value, Result> =>
  source$ =>
    defer(() => {
      const shared$ = new Subject<Value>();
      return source$.pipe(
        takeWhile(() => shared$.observed),
        connect(selector, { connector: () => shared$ }),
      );
    });
