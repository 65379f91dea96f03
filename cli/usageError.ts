import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readWav, RxvoiceError } from '../lib/index.ts';

/** Something was asked for wrongly: exit code 2. */
export class UsageError extends Error {}

/** Makes sure that a file is a WAV file that can be read, before anything is loaded for it. */
export function readable(path: string): void {
  try {
    readWav(readFileSync(path));
  } catch (cause) {
    const reason = RxvoiceError.is(cause)
      ? cause.message
      : `it can't be opened (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`;
    throw new UsageError(`${path}: ${reason}`);
  }
}

/** Makes sure that a file can be written, before what goes into it is made. */
export function writable(path: string, flag = '--output'): void {
  try {
    accessSync(existsSync(path) ? path : dirname(path), constants.W_OK);
  } catch (cause) {
    throw new UsageError(
      `${flag} ${path}: it can't be written (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    );
  }
}
