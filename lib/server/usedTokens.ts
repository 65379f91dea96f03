import { asyncScheduler } from 'rxjs';

/** How many are remembered before those that are no longer good are looked for. */
const few = 1_000;

/**
 * The tokens with which calls were placed, for as long as each could be used again. None is forgotten before: their
 * number is bounded by the calls that were placed within a token's life.
 */
export class UsedTokens {
  /** Until when each is good, by its signature. */
  readonly #until = new Map<string, number>();
  /** The size at which expired tokens are removed next: at least twice the remaining size, so that it costs little. */
  #sweepAt = few;

  get size(): number {
    return this.#until.size;
  }

  /** Uses a token that is good until then. Returns whether it is its first time. */
  use(token: string, until: number): boolean {
    const now = asyncScheduler.now();
    const signature = token.slice(token.indexOf('.') + 1);
    if ((this.#until.get(signature) ?? -Infinity) >= now) return false;
    this.#until.set(signature, until);
    if (this.#until.size >= this.#sweepAt) this.#forget(now);
    return true;
  }

  #forget(now: number): void {
    for (const [signature, until] of this.#until) if (until < now) this.#until.delete(signature);
    this.#sweepAt = Math.max(few, 2 * this.#until.size);
  }
}
