import { catchError, concat, endWith, of, type OperatorFunction, throwError } from 'rxjs';

/**
 * Emits a last value when the source completes or fails, before the completion or the error: a state machine gets the
 * end as an event.
 *
 * @example
 * transcript$.pipe(endingWith({ type: 'over' }), stateMachine(turns))
 */
export const endingWith =
  <Value, Last>(last: Last): OperatorFunction<Value, Value | Last> =>
  source$ =>
    source$.pipe(
      endWith(last),
      catchError((error: unknown) =>
        concat(
          of(last),
          throwError(() => error),
        ),
      ),
    );
