import { asyncScheduler } from 'rxjs';

/** A limit a minute over a sliding window, as Deepgram counts; unlike a token bucket it never refills in part. */
export class MinuteLimit {
  readonly #perMinute: number;
  #taken: readonly { readonly at: number; readonly amount: number }[] = [];

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Takes an amount if the limit allows it, and returns whether it did. */
  take(amount = 1): boolean {
    const now = asyncScheduler.now();
    this.#taken = this.#taken.filter(({ at }) => now - at < 60_000);
    const taken = this.#taken.reduce((sum, { amount }) => sum + amount, 0);
    if (taken + amount > this.#perMinute) return false;
    this.#taken = [...this.#taken, { at: now, amount }];
    return true;
  }
}
