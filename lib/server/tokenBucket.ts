import { asyncScheduler } from 'rxjs';

/**
 * Rate limit: an amount a millisecond; unused amounts accumulate up to a limit. For audio, which
 * arrives in bursts after an outage, but on average never faster than real time.
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

  /** Takes an amount, and returns whether it was within the limit. */
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
