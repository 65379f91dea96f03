/** The part of a conversation that an error or a figure belongs to. */
export type Stage = 'input' | 'stt' | 'llm' | 'tts' | 'output';

/** Properties of an {@link RxvoiceError} in addition to its message. */
export interface RxvoiceErrorOptions {
  /** The part of the conversation that failed. */
  readonly stage?: Stage;
  /** Whether the same call may succeed when repeated. Default `false`. */
  readonly retryable?: boolean;
  /** The underlying error, as it was thrown. */
  readonly cause?: unknown;
}

const marker = Symbol.for('rxvoice.error');

/**
 * Every error that rxvoice raises. Its message names the problem, the value and the fix, and never holds a key or
 * people's words.
 *
 * @example
 * call$.subscribe({ error: error => RxvoiceError.is(error) && error.stage === 'stt' && reconnect() });
 */
export class RxvoiceError extends Error {
  readonly stage: Stage | undefined;
  readonly retryable: boolean;

  constructor(message: string, { stage, retryable = false, cause }: RxvoiceErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.stage = stage;
    this.retryable = retryable;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Recognises an rxvoice error, also one from another copy of the package. */
  static is(error: unknown): error is RxvoiceError {
    return typeof error === 'object' && error !== null && marker in error;
  }
}

/** The kind of a value, in words for an error message: never the value itself, which may be a key. */
export const kindOf = (value: unknown): string =>
  value === null ? 'null' : value === undefined ? 'nothing' : `a value of type ${typeof value}`;
