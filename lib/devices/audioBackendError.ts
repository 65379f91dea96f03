import { RxvoiceError } from '../errors.ts';

/**
 * What is wrong with a backend: the package isn't there (`not-installed`), has no binary (`not-built`), one for another
 * Node.js (`abi-mismatch`), lacks a library of the system (`lib-missing`), took its process with it (`crashed`); or it
 * works, but there is no such device that can be opened (`no-device`).
 */
export type AudioBackendCode =
  'not-installed' | 'not-built' | 'abi-mismatch' | 'lib-missing' | 'crashed' | 'no-device';

/** What an {@link AudioBackendError} can say beside its message. */
export interface AudioBackendErrorOptions {
  readonly code: AudioBackendCode;
  /** Which backend; none when the error is about all of them. */
  readonly backend?: string | undefined;
  /** What to do about it, in one line. */
  readonly cure: string;
  /** When no backend is left: what each of them said. */
  readonly attempts?: readonly AudioBackendError[];
  readonly stage?: 'input' | 'output' | undefined;
  /** What the backend printed, and the error underneath. */
  readonly cause?: unknown;
}

/**
 * Sound can't be had from a backend, or from none of them: what is wrong, and the cure in one line.
 *
 * @example
 * microphone().subscribe({ error: error => error instanceof AudioBackendError && console.log(error.cure) });
 */
export class AudioBackendError extends RxvoiceError {
  readonly code: AudioBackendCode;
  readonly backend: string | undefined;
  readonly cure: string;
  readonly attempts: readonly AudioBackendError[];

  constructor(
    message: string,
    { code, backend, cure, attempts = [], stage, cause }: AudioBackendErrorOptions,
  ) {
    super(message, { ...(stage && { stage }), cause });
    this.code = code;
    this.backend = backend;
    this.cure = cure;
    this.attempts = attempts;
  }
}
