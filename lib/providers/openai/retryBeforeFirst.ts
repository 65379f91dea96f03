import { asyncScheduler, defer, type MonoTypeOperatorFunction, retry, throwError, timer } from 'rxjs';
import { onFirst } from '../../rx/onFirst.ts';

/** The longest a server may make us wait before another attempt, ms; on a call, a failure now is better than that. */
const longestWaitMs = 5000;

/**
 * Makes a request again while it has given nothing yet; once it has, its error passes, since what was said can't be
 * said again. Waits grow exponentially from 250 ms, with jitter, after none at all where a connection that was kept open
 * turned out to be gone; a `Retry-After` of the server goes before them, and ends the attempts when it is longer than
 * 5 s.
 */
export const retryBeforeFirst =
  <Value>(retries: number, isRetryable: (error: unknown) => boolean): MonoTypeOperatorFunction<Value> =>
  source$ =>
    defer(() => {
      let begun = false;
      return source$.pipe(
        onFirst(() => (begun = true)),
        retry({
          count: retries,
          delay: (error: unknown, attempt) => {
            const waitMs =
              retryAfterMs(error) ??
              (attempt === 1 && wasDropped(error)
                ? 0
                : 250 * 2 ** (attempt - 1) * (0.75 + Math.random() / 2));
            return begun || waitMs > longestWaitMs || !isRetryable(error)
              ? throwError(() => error)
              : timer(waitMs);
          },
        }),
      );
    });

/** What the server asks to wait, in the header of its choice: `retry-after-ms`, or `retry-after` as seconds or a date. */
function retryAfterMs(error: unknown): number | undefined {
  const { headers } = (error ?? {}) as { headers?: Headers };
  // Not every `fetch` has the global class.
  if (typeof headers?.get !== 'function') return undefined;
  const seconds = headers.get('retry-after') ?? '';
  const waits = [
    Number(headers.get('retry-after-ms') ?? NaN),
    seconds === '' ? NaN : Number(seconds) * 1000,
    Date.parse(seconds) - asyncScheduler.now(),
  ];
  const wait = waits.find(Number.isFinite);
  return wait === undefined ? undefined : Math.max(0, wait);
}

/** Whether the connection was closed under the request: what befalls one that was idle when the server gave it up. */
const wasDropped = (error: unknown): boolean => {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    code === 'UND_ERR_SOCKET' ||
    (cause != null && wasDropped(cause))
  );
};
