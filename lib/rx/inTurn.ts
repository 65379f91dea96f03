import { Observable, type OperatorFunction } from 'rxjs';
import { done, isPending } from './settled.ts';

/**
 * Calls a foreign function with each value, one call at a time; later values wait while its result (a promise, an
 * observable) is pending. Emits nothing, completes after the last call, and errors if the function throws or rejects.
 *
 * @example
 * frame$.pipe(inTurn(frame => socket.write(frame)))
 */
export const inTurn =
  <Value>(call: (value: Value) => unknown): OperatorFunction<Value, never> =>
  source$ =>
    new Observable(subscriber => {
      // Hand-written, since it runs once a frame of every call: `concatMap` would allocate a dozen objects for each.
      const waiting: Value[] = [];
      let busy = false;
      let completed = false;

      const next = (): void => {
        busy = true;
        while (waiting.length > 0 && !subscriber.closed) {
          const result = call(waiting.shift()!);
          if (!isPending(result)) continue;
          subscriber.add(
            done(result).subscribe({ error: (error: unknown) => subscriber.error(error), complete: begin }),
          );
          return;
        }
        busy = false;
        if (completed) subscriber.complete();
      };

      const begin = (): void => {
        try {
          next();
        } catch (error) {
          subscriber.error(error);
        }
      };

      subscriber.add(
        source$.subscribe({
          next: value => {
            waiting.push(value);
            if (!busy) begin();
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            completed = true;
            if (!busy) subscriber.complete();
          },
        }),
      );
    });
