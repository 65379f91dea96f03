import { asyncScheduler } from 'rxjs';

/** The longest wait between two attempts, ms: a service that recovers is found within this time. */
const longestWaitMs = 2_000;
/** The wait before the first attempt, ms; each further one is twice as long. */
const firstWaitMs = 250;

/**
 * The retry schedule of an outage. Attempts follow after 250 ms, 500 ms, 1 s, and then every 2 s, each a quarter more
 * or less, so that clients that failed together do not return together. The time since the first failure counts, not
 * the number of attempts: a service that refuses at once is no worse than one that takes seconds to refuse.
 */
export class Outage {
  readonly #longestMs: number;
  #since: number | undefined;
  #failures = 0;

  /** `longestMs`: the time after the first failure when to give up. */
  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** The number of consecutive failed attempts. */
  get failures(): number {
    return this.#failures;
  }

  /** The time since the first of them, ms. */
  get durationMs(): number {
    return this.#since === undefined ? 0 : asyncScheduler.now() - this.#since;
  }

  /** An attempt succeeded: the outage is over. */
  over(): void {
    this.#since = undefined;
    this.#failures = 0;
  }

  /**
   * An attempt failed. Returns the wait before the next one, ms, or `undefined` when the time is up. `askedMs`: the
   * wait that the service asks for; `firstMs`: the wait after the first failure.
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
    // The last attempt is made when the time is up, not earlier.
    return Math.min(waitMs, leftMs);
  }
}
