import { asyncScheduler } from 'rxjs';

/** So much a minute: what was taken is allowed again when it is a minute old. */
export class Allowance {
  readonly #perMinute: number;
  #taken: readonly { readonly at: number; readonly amount: number }[] = [];

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Whether so much more is allowed; if so it is taken. */
  take(amount = 1): boolean {
    const now = asyncScheduler.now();
    this.#taken = this.#taken.filter(({ at }) => now - at < 60_000);
    const taken = this.#taken.reduce((sum, { amount }) => sum + amount, 0);
    if (taken + amount > this.#perMinute) return false;
    this.#taken = [...this.#taken, { at: now, amount }];
    return true;
  }
}
