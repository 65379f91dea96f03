import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those it is in, one after the other: where nothing can be made, as under `/proc`, Node.js makes
 * them all at once forever. Rejects as the system does, also where there is a file in its place.
 */
export async function makeFolder(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) return;
  if (!there && dirname(path) !== path) await makeFolder(dirname(path));
  await mkdir(path).catch(async (error: unknown) => {
    // Another process may have been faster.
    if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw error;
  });
}
