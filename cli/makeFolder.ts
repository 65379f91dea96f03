import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those it is in, one after the other: where nothing can be made, as under `/proc`, Node.js makes
 * them all at once forever. Throws what the system does, and an error with code `ENOTDIR` where there is a file.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (existsSync(path)) throw Object.assign(new Error(`${path} is a file`), { code: 'ENOTDIR' });
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path);
}

/** Whether there is a folder of this name. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
