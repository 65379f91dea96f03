/** The window over which the service counts, ms: documented as 60 s, measured as 64. */
const windowMs = 64_000;

/** Counts a quantity that the service limits by the minute on a connection: Flush messages, characters. */
export class FlushBudget {
  readonly #perMinute: number;
  #spent: { readonly at: number; readonly amount: number }[] = [];

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** How much may be sent now. */
  left(now: number): number {
    this.#spent = this.#spent.filter(({ at }) => now - at < windowMs);
    return this.#perMinute - this.#spent.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** Wait until this amount may be sent, ms. More than a whole minute's budget waits for an empty minute. */
  waitMs(now: number, amount = 1): number {
    let left = this.left(now);
    for (const { at, amount: spent } of this.#spent) {
      if (left >= Math.min(amount, this.#perMinute)) break;
      left += spent;
      if (left >= Math.min(amount, this.#perMinute)) return at + windowMs - now;
    }
    return 0;
  }

  /** Counts an amount that is sent. */
  spend(now: number, amount = 1): void {
    this.#spent.push({ at: now, amount });
  }
}
