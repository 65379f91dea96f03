import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exhaustMap, interval, merge, Observable, takeUntil, share, ignoreElements, endWith } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import { isOfDisk } from './cannotWrite.ts';
import { npmCommand } from './npmCommand.ts';

/**
 * Downloads a package's tarball with the user's own npm, so that their registry, proxy and credentials apply. Emits
 * the bytes on disk as they come, at last the tarball's path. Its scripts don't run and its dependencies are not
 * fetched. Unsubscribing ends the process.
 */
export function npmPack(spec: string, folder: string): Observable<number | { readonly tarball: string }> {
  const tarball$ = run(spec, folder).pipe(share());
  const over$ = tarball$.pipe(ignoreElements(), endWith(true));
  const progress$ = interval(200).pipe(
    exhaustMap(() => sizeOf(folder)),
    takeUntil(over$),
  );
  return merge(progress$, tarball$);
}

const run = (spec: string, folder: string): Observable<{ readonly tarball: string }> =>
  new Observable(subscriber => {
    // A cache of its own, so that progress is visible, and the cache goes with the folder.
    const command = npmCommand([
      'pack',
      spec,
      '--pack-destination',
      folder,
      '--cache',
      join(folder, 'npm'),
      '--ignore-scripts',
      '--json',
      // A person waits: without a network it is said after seconds, where npm itself takes more than a minute.
      '--fetch-retry-mintimeout=1000',
      '--fetch-retry-maxtimeout=4000',
    ]);
    const npm = spawn(command.file, [...command.args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let complaint = '';
    npm.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    npm.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    npm.on('error', cause => {
      subscriber.error(
        new RxvoiceError(
          'npm, which fetches the models, is not found. Install it, or point RXVOICE_MODELS at a copy.',
          { stage: 'stt', cause },
        ),
      );
    });
    npm.on('close', code => {
      if (subscriber.closed) return;
      const filename = code === 0 ? filenameIn(output) : undefined;
      if (filename === undefined) return subscriber.error(failed(spec, complaint));
      // npm before 9 writes the scope's slash into the name it prints, but not into the file's.
      subscriber.next({ tarball: join(folder, filename.replace(/^@/u, '').replace('/', '-')) });
      subscriber.complete();
    });
    // At once, so that it writes nothing any more into a folder that is being removed.
    return () => npm.kill('SIGKILL');
  });

/** The name of the file that npm says it has made; nothing where it says something else. */
function filenameIn(output: string): string | undefined {
  try {
    const [packed] = JSON.parse(output) as { readonly filename?: unknown }[];
    return typeof packed?.filename === 'string' ? packed.filename : undefined;
  } catch {
    return undefined;
  }
}

/** npm's error: an error of the disk unchanged, for the caller, who knows which folder is written. */
const failed = (spec: string, complaint: string): Error => {
  const reason = /npm (?:error|ERR!) code (\S+)/u.exec(complaint)?.[1] ?? 'unknown';
  const cause = Object.assign(new Error(complaint.trim()), { code: reason });
  if (isOfDisk(cause)) return cause;
  return new RxvoiceError(
    `npm can't fetch ${spec} (code ${reason}). Is there a network, and is npm's registry the right one? ` +
      "On a machine without one, point RXVOICE_MODELS at another machine's model folder.",
    { stage: 'stt', retryable: true, cause },
  );
};

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map(name =>
      stat(join(folder, name)).then(
        found => (found.isFile() ? found.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
