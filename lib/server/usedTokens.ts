import { asyncScheduler } from 'rxjs';

/** How many are remembered: beyond it the oldest are forgotten. */
const most = 100_000;

/** The tokens with which calls were placed, for as long as they could be used again. */
export class UsedTokens {
  /** Until when each is good, by its signature. */
  readonly #until = new Map<string, number>();

  /** Uses a token that is good until then. Tells whether it is its first time. */
  use(token: string, until: number): boolean {
    this.#forget();
    const signature = token.slice(token.indexOf('.') + 1);
    if (this.#until.has(signature)) return false;
    this.#until.set(signature, until);
    return true;
  }

  /** The oldest first: most tokens live as long as each other. */
  #forget(): void {
    const now = asyncScheduler.now();
    for (const [signature, until] of this.#until) {
      if (until >= now && this.#until.size < most) return;
      this.#until.delete(signature);
    }
  }
}
