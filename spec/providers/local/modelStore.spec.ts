import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom, take, tap, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fetchModel,
  listModels,
  modelFolder,
  modelPath,
  removeModel,
  verifyModel,
} from '../../../lib/providers/local/modelStore.ts';

const state = async () => (await lastValueFrom(verifyModel('silero-vad'))).state;

// With an empty folder of its own, so that it really fetches: the smallest model, from the package registry.
describe('the model store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rxvoice-models-'));
  const before = process.env['RXVOICE_MODELS'];
  const file = () => modelPath('silero-vad', 'silero-vad.onnx');

  beforeAll(() => void (process.env['RXVOICE_MODELS'] = folder));
  afterAll(() => {
    if (before === undefined) delete process.env['RXVOICE_MODELS'];
    else process.env['RXVOICE_MODELS'] = before;
    rmSync(folder, { recursive: true, force: true });
  });

  it('should fetch a model with progress, and know it by its content', async () => {
    expect(modelFolder()).toBe(folder);
    expect(await state()).toBe('missing');
    // files of a killed process are removed, those of a running one are not
    mkdirSync(join(folder, '.fetching-old'));
    utimesSync(join(folder, '.fetching-old'), 0, 0);
    mkdirSync(join(folder, '.fetching-new'));
    const progress = await lastValueFrom(fetchModel('silero-vad').pipe(toArray()));
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(await state()).toBe('present');
    expect(readdirSync(folder)).toEqual(['.fetching-new', 'silero-vad']);
    rmSync(join(folder, '.fetching-new'), { recursive: true });
  }, 120_000);

  it('should not fetch what is there', async () => {
    expect(await lastValueFrom(fetchModel('silero-vad').pipe(toArray()))).toEqual([1]);
  });

  it('should refuse a half-written or altered file and fetch it again', async () => {
    const whole = readFileSync(file());
    truncateSync(file(), 1_000);
    const listed = await lastValueFrom(listModels());
    expect(listed.find(({ model }) => model.name === 'silero-vad')?.state).toBe('damaged');
    await lastValueFrom(fetchModel('silero-vad'));
    expect(readFileSync(file()).equals(whole)).toBe(true);

    const altered = Buffer.from(whole);
    altered[1_000_000]! ^= 1;
    writeFileSync(file(), altered);
    expect(await state()).toBe('damaged');
    await lastValueFrom(fetchModel('silero-vad'));
    expect(await state()).toBe('present');
  }, 120_000);

  it('should cancel and clean up when unsubscribed', async () => {
    await lastValueFrom(removeModel('silero-vad'), { defaultValue: undefined });
    expect(existsSync(file())).toBe(false);
    await firstValueFrom(fetchModel('silero-vad').pipe(take(1)));
    await expect.poll(() => readdirSync(folder)).toEqual([]);
    expect(await state()).toBe('missing');
  }, 60_000);

  it('should say what to do when the folder cannot be used or the model is unknown', async () => {
    process.env['RXVOICE_MODELS'] = join(file(), 'not-a-folder');
    writeFileSync(join(folder, 'silero-vad'), '');
    await expect(lastValueFrom(fetchModel('silero-vad').pipe(tap()))).rejects.toThrow(/RXVOICE_MODELS/u);
    process.env['RXVOICE_MODELS'] = folder;
    expect(() => fetchModel('whisper' as 'silero-vad')).toThrow(
      /moonshine-tiny, moonshine-base, silero-vad/u,
    );
  });
});
