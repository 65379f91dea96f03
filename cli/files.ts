import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AudioFrame, readWav, RxvoiceError } from '../lib/index.ts';
import { isFolder } from './makeFolder.ts';
import { UsageError } from './usageError.ts';
import { whyNot } from './whyNot.ts';

/** Reads a WAV file, before anything is loaded for it. */
export function readable(path: string): AudioFrame {
  try {
    return readWav(readFileSync(path));
  } catch (cause) {
    throw new UsageError(
      `${path}: ${RxvoiceError.is(cause) ? cause.message : `it can't be opened${whyNot(cause)}`}`,
    );
  }
}

/** Makes sure that a file can be written, before what goes into it is made. */
export function writable(path: string, flag = '--output'): void {
  const folder = dirname(path);
  const problem = (text: string): UsageError => new UsageError(`${flag} ${path}: it can't be written${text}`);
  if (isFolder(path)) throw problem(': this is a folder. Name a file in it.');
  if (!isFolder(folder)) throw problem(`: there is no folder ${folder}. Make it first, or name another one.`);
  try {
    accessSync(existsSync(path) ? path : folder, constants.W_OK);
  } catch (cause) {
    throw problem(whyNot(cause));
  }
}
