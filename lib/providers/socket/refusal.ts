/** The facts of a refusal, as its cause. */
export class Refusal extends Error {
  readonly status: number;
  /** How long the server asks to wait, ms. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, retryAfterMs?: number) {
    super(`HTTP ${status}`);
    this.name = 'Refusal';
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Data of a refusal. */
export interface RefusedAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}
