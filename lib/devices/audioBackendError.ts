import { RxvoiceError } from '../errors.ts';

/**
 * The problem of a backend: the package isn't there (`not-installed`), has no binary (`not-built`), one for another
 * Node.js (`abi-mismatch`), lacks a library of the system (`lib-missing`), took its process with it (`crashed`); or it
 * works, but there is no such device that can be opened (`no-device`).
 */
export type AudioBackendCode =
  'not-installed' | 'not-built' | 'abi-mismatch' | 'lib-missing' | 'crashed' | 'no-device';

/** Properties of an {@link AudioBackendError} in addition to its message. */
export interface AudioBackendErrorOptions {
  readonly code: AudioBackendCode;
  /** The backend; `undefined` when the error concerns all of them. */
  readonly backend?: string | undefined;
  /** The fix, in one line. */
  readonly cure: string;
  /** When no backend is left: the error of each. */
  readonly attempts?: readonly AudioBackendError[];
  readonly stage?: 'input' | 'output' | undefined;
  /** The backend's output, and the underlying error. */
  readonly cause?: unknown;
}

/**
 * A backend, or every backend, has no usable device: the problem, and the fix in one line.
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
