import { defer, type MonoTypeOperatorFunction, tap } from 'rxjs';

/** Calls a function with the first value of each subscription, before it is passed on. */
export const onFirst =
  <Value>(callback: (value: Value) => void): MonoTypeOperatorFunction<Value> =>
  source$ =>
    defer(() => {
      let first = true;
      return source$.pipe(
        tap(value => {
          if (first) callback(value);
          first = false;
        }),
      );
    });
