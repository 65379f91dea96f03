import { asyncScheduler } from 'rxjs';

/** The longest wait between two attempts, ms: a service that is back is found within this time. */
const longestWaitMs = 2_000;
/** The wait before the first attempt, ms; each further one is twice as long. */
const firstWaitMs = 250;

/**
 * An outage of a service: when to try again, and when to give up. Attempts follow each other after 250 ms, 500 ms, 1 s,
 * then every 2 s, each a quarter more or less, so that clients that failed together do not return together. What counts
 * is the time since the first failure, not the number of attempts: a service that refuses at once for some seconds is no
 * worse than one that takes seconds to refuse.
 */
export class Outage {
  readonly #longestMs: number;
  #since: number | undefined;
  #failures = 0;

  /** `longestMs`: how long after the first failure it is given up. */
  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** How many attempts failed in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** How long ago the first of them failed, ms. */
  get durationMs(): number {
    return this.#since === undefined ? 0 : asyncScheduler.now() - this.#since;
  }

  /** An attempt worked: the outage is over. */
  over(): void {
    this.#since = undefined;
    this.#failures = 0;
  }

  /**
   * An attempt failed. Returns how long to wait before the next one, ms, or `undefined` when the time is up. `askedMs`:
   * how long the service asks to wait; `firstMs`: the wait after the first failure.
   */
  failed({ askedMs, firstMs }: { readonly askedMs?: number; readonly firstMs?: number } = {}):
    number | undefined {
    this.#failures++;
    this.#since ??= asyncScheduler.now();
    const leftMs = this.#longestMs - this.durationMs;
    if (leftMs <= 0 || (askedMs ?? 0) > leftMs) return undefined;
    if (askedMs !== undefined) return askedMs;
    const usualMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (this.#failures - 1));
    const waitMs = (this.#failures === 1 ? (firstMs ?? usualMs) : usualMs) * (0.75 + Math.random() / 2);
    // The last attempt is made when the time is up, not before.
    return Math.min(waitMs, leftMs);
  }
}
