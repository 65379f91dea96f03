import { asyncScheduler } from 'rxjs';

/** Remembers which of several engines failed lately. */
export class Health {
  readonly #coolDownMs: number;
  readonly #failedAt = new Map<number, number>();

  constructor(coolDownMs: number) {
    this.#coolDownMs = coolDownMs;
  }

  /** The engines in the order to try them: those that are well, as they were given, then the others. */
  order(count: number): readonly number[] {
    const all = Array.from({ length: count }, (_, index) => index);
    return [...all.filter(index => this.#isWell(index)), ...all.filter(index => !this.#isWell(index))];
  }

  failed(index: number): void {
    this.#failedAt.set(index, asyncScheduler.now());
  }

  worked(index: number): void {
    this.#failedAt.delete(index);
  }

  #isWell(index: number): boolean {
    const failedAt = this.#failedAt.get(index);
    return failedAt === undefined || asyncScheduler.now() - failedAt >= this.#coolDownMs;
  }
}
