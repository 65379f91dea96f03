import { Observable } from 'rxjs';

/**
 * The one bridge from promises and async iterables to streams: subscribing calls `make` with a fresh signal; when the
 * subscription ends, however it ends, the signal is aborted and the iterator closed.
 *
 * An abort is silence, never an error: what the foreign code throws or rejects with after unsubscribing is dropped.
 * Errors before that pass unchanged. Values are pulled as fast as they come.
 *
 * @example
 * const line$ = fromAbortable(async signal => (await fetch(url, { signal })).body!);
 */
export const fromAbortable = <T>(
  make: (signal: AbortSignal) => AsyncIterable<T> | Promise<AsyncIterable<T>>,
): Observable<T> =>
  new Observable<T>(subscriber => {
    const controller = new AbortController();

    const pull = async (): Promise<void> => {
      const iterator = (await make(controller.signal))[Symbol.asyncIterator]();
      // Runs at once when unsubscribed already, so an iterable that came too late is closed as well.
      subscriber.add(() => void close(iterator));
      while (!subscriber.closed) {
        const step = await iterator.next();
        if (step.done === true) subscriber.complete();
        else subscriber.next(step.value);
      }
    };

    pull().catch((error: unknown) => {
      if (!subscriber.closed) subscriber.error(error);
    });

    return () => controller.abort();
  });

/** Closes an iterator nobody reads any more; whether it likes to be closed is nobody's concern. */
async function close(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // What fails after the subscription ended is silence.
  }
}
