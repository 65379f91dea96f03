import { Observable } from 'rxjs';

/**
 * The one bridge from promises and async iterables to streams. Subscribing calls `make` with a fresh signal; when the
 * subscription ends, for whatever reason, the signal is aborted and the iterator closed.
 *
 * Foreign code that throws or rejects after unsubscribing is ignored. Earlier errors pass unchanged. Values are
 * pulled as fast as they come.
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
      // Runs at once if already unsubscribed, so that an iterable that arrives late is closed too.
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

/** Closes an unused iterator and ignores errors of `return()`. */
async function close(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // Failures after the end of the subscription are ignored.
  }
}
