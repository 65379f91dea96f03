import { asyncScheduler } from 'rxjs';

/**
 * How much of something may come: so much a millisecond, and what was not used is saved up to a limit. For audio, which
 * comes in bursts after a network was gone, but never faster than it was spoken.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #most: number;
  #left: number;
  #at = asyncScheduler.now();

  constructor(perMs: number, most: number) {
    this.#perMs = perMs;
    this.#most = most;
    this.#left = most;
  }

  /** Takes so much of it, and tells whether that was allowed. */
  take(amount: number): boolean {
    const now = asyncScheduler.now();
    // A clock that was set back takes nothing away.
    const passedMs = Math.max(0, now - this.#at);
    this.#left = Math.min(this.#most, this.#left + passedMs * this.#perMs);
    this.#at = now;
    this.#left -= amount;
    return this.#left >= 0;
  }
}
