import { asyncScheduler, defer, type MonoTypeOperatorFunction, retry, throwError, timer } from 'rxjs';
import { onFirst } from '../../rx/onFirst.ts';

/** For how long and how often {@link retryBeforeFirst} tries again. */
export interface RetryOptions {
  /** How many retries at most. Default: no limit but the time. */
  readonly retries?: number | undefined;
  /** How long after the first attempt others are made, ms. Default 20,000. */
  readonly retryForMs?: number | undefined;
}

/** The longest wait between two attempts where the server asks for none, and the least from the third on, ms. */
const backoffMs = { longest: 2_000, leastLater: 250 } as const;

/**
 * Repeats a request that failed before its first value. Later errors pass, since words that were spoken can't be taken
 * back. The limit is a time, not a number of attempts: a server that refuses at once is soon asked often, and may be
 * back in a moment.
 *
 * Waits grow exponentially from 250 ms to 2 s, with jitter, after none at all where a connection that was kept open
 * turned out to be gone; a `Retry-After` of the server goes before them, and ends the attempts when it is longer than
 * the time that is left. The last attempt is made when the time is up, not before: after one that was still waiting for
 * its answer at that moment, as soon as it has failed. `isRetryable` is given the error and how many attempts failed.
 */
export const retryBeforeFirst =
  <Value>(
    { retries = Infinity, retryForMs = 20_000 }: RetryOptions,
    isRetryable: (error: unknown, failed: number) => boolean,
  ): MonoTypeOperatorFunction<Value> =>
  source$ =>
    defer(() => {
      let begun = false;
      const until = asyncScheduler.now() + retryForMs;
      let startedAt = 0;
      return defer(() => {
        startedAt = asyncScheduler.now();
        return source$;
      }).pipe(
        onFirst(() => (begun = true)),
        retry({
          count: retries,
          delay: (error: unknown, attempt) => {
            const leftMs = Math.max(0, until - asyncScheduler.now());
            const askedMs = retryAfterMs(error);
            const isOver = startedAt >= until || (askedMs ?? 0) > leftMs;
            if (begun || isOver || !isRetryable(error, attempt)) return throwError(() => error);
            const usualMs =
              attempt === 1 && wasDropped(error)
                ? 0
                : Math.min(backoffMs.longest, 250 * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2);
            const waitMs = askedMs ?? Math.min(usualMs, leftMs);
            return timer(attempt > 2 ? Math.max(waitMs, Math.min(backoffMs.leastLater, leftMs)) : waitMs);
          },
        }),
      );
    });

/** The wait the server asks for, in any of these headers: `retry-after-ms`, or `retry-after` as seconds or a date. */
function retryAfterMs(error: unknown): number | undefined {
  const { headers: given, responseHeaders } = (error ?? {}) as {
    headers?: Headers;
    /** As the AI SDK has them. */
    responseHeaders?: Readonly<Record<string, string>>;
  };
  const headers = given ?? (responseHeaders && new Headers(responseHeaders));
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

/** Whether the connection was closed under the request: this happens to an idle one that the server gives up. */
const wasDropped = (error: unknown): boolean => {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    code === 'UND_ERR_SOCKET' ||
    (cause != null && wasDropped(cause))
  );
};
