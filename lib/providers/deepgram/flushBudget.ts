/** How long the service remembers a Flush, ms: it says 60 s, and was measured to take 64. */
const windowMs = 64_000;

/** Counts the Flush messages of a connection, of which the service takes only so many a minute. */
export class FlushBudget {
  readonly #perMinute: number;
  #times: number[] = [];

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** How many may be sent now. */
  left(now: number): number {
    this.#times = this.#times.filter(time => now - time < windowMs);
    return this.#perMinute - this.#times.length;
  }

  /** How long until one may be sent, ms. */
  waitMs(now: number): number {
    return this.left(now) > 0 ? 0 : this.#times[0]! + windowMs - now;
  }

  /** One is sent. */
  spend(now: number): void {
    this.#times.push(now);
  }
}
