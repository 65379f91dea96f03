import { asyncScheduler } from 'rxjs';

/** So many a minute: the next is allowed again when the first of them is a minute old. */
export class Allowance {
  readonly #perMinute: number;
  #taken: readonly number[] = [];

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Whether one more is allowed; if so it is taken. */
  take(): boolean {
    const now = asyncScheduler.now();
    this.#taken = this.#taken.filter(at => now - at < 60_000);
    if (this.#taken.length >= this.#perMinute) return false;
    this.#taken = [...this.#taken, now];
    return true;
  }
}
