import { map, Observable, type OperatorFunction, takeWhile } from 'rxjs';

/**
 * Emits each value of the list that a function makes of every value of the source, at once: `mergeMap` to a list, without
 * an inner subscription for every value. An error that the function throws is one of the stream.
 *
 * @example
 * token$.pipe(each(text => text.split(' ')))
 */
export const each =
  <Value, Result>(listOf: (value: Value) => readonly Result[]): OperatorFunction<Value, Result> =>
  source$ =>
    new Observable(subscriber => {
      // Hand-written, for it runs once a token of every call. `map` brings what throws down the error channel,
      // `takeWhile` stops a source that never leaves off by itself.
      const emit = (value: Value): boolean => {
        for (const result of listOf(value)) subscriber.next(result);
        return !subscriber.closed;
      };
      return source$.pipe(map(emit), takeWhile(Boolean)).subscribe({
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
