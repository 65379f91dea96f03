import { map, Observable, type OperatorFunction, takeWhile } from 'rxjs';

/**
 * Emits each element of the list that a function returns for a value, synchronously: `mergeMap` to a list, without an
 * inner subscription. An error that the function throws ends the stream.
 *
 * @example
 * token$.pipe(each(text => text.split(' ')))
 */
export const each =
  <Value, Result>(listOf: (value: Value) => readonly Result[]): OperatorFunction<Value, Result> =>
  source$ =>
    new Observable(subscriber => {
      // Hand-written, since it runs once a token of every call. `map` routes exceptions to the error channel;
      // `takeWhile` stops a source that never stops by itself.
      const emit = (value: Value): boolean => {
        for (const result of listOf(value)) subscriber.next(result);
        return !subscriber.closed;
      };
      return source$.pipe(map(emit), takeWhile(Boolean)).subscribe({
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
