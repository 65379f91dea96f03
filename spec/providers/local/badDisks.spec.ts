import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { fetchModel } from '../../../lib/providers/local/modelStore.ts';
import { npmCommand } from '../../../lib/providers/local/npmCommand.ts';

const folder = mkdtempSync(join(tmpdir(), 'rxvoice-npm-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

/** An npm that does this: `$4` is the folder that the archive belongs in. */
function withNpm(script: string): string {
  const [programs, models] = [join(folder, 'bin'), join(folder, 'models')];
  for (const path of [programs, models]) mkdirSync(path, { recursive: true });
  writeFileSync(join(programs, 'npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(programs, 'npm'), 0o755);
  vi.stubEnv('PATH', `${programs}${delimiter}${process.env['PATH']}`);
  vi.stubEnv('RXVOICE_MODELS', models);
  return models;
}
const packed = `echo '[{"filename":"it.tgz"}]'`;

describe.runIf(process.platform !== 'win32')('fetching a model', () => {
  it.each([
    ['an archive that is none', `echo 'Not found' > "$4/it.tgz"; ${packed}`, /archive of .* is damaged/u],
    [
      'an archive that was cut off',
      `head -c 500 /dev/urandom | gzip | head -c 200 > "$4/it.tgz"; ${packed}`,
      /archive of .* is damaged/u,
    ],
    [
      'an archive without the files',
      `tar -czf "$4/it.tgz" -C / etc/hostname; ${packed}`,
      /archive of .* is damaged/u,
    ],
    ['no archive', packed, /archive of .* is damaged/u],
    ['something else on stdout', 'echo hello', /npm can't fetch .*code unknown/u],
    [
      'a full disk, as npm says it',
      'echo "npm error code ENOSPC" >&2; exit 1',
      /models\/silero-vad can't be written to: the disk is full \(ENOSPC\)/u,
    ],
    [
      'no network',
      'echo "npm error code ENOTFOUND" >&2; exit 1',
      /npm can't fetch .*ENOTFOUND.*Is there a network/u,
    ],
  ])('should say what is the matter, and leave nothing: %s', async (_, script, reason) => {
    const models = withNpm(script);
    const failure = await lastValueFrom(fetchModel('silero-vad')).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'RxvoiceError',
      stage: 'stt',
      message: expect.stringMatching(reason) as string,
    });
    expect(readdirSync(models)).toEqual([]);
  });
});

describe('npm on Windows', () => {
  const node = 'C:/Program Files/nodejs/node.exe';
  it('should be run without a shell, so that a path is one argument whatever is in it', () => {
    const args = ['pack', 'it', '--cache', 'C:/Users/A & B/%PATH%/cache'];
    const command = npmCommand(args, { platform: 'win32', node, variables: {}, exists: () => true });
    expect(command.file).toBe(node);
    expect(command.args[0]).toMatch(/npm-cli\.js$/u);
    expect(command.args.slice(1)).toEqual(args);
  });

  it('should be that of the running npm, but no other package manager', () => {
    const find = (execpath: string) =>
      npmCommand([], { platform: 'win32', node, variables: { npm_execpath: execpath }, exists: () => true })
        .args[0];
    expect(find('D:/npm/bin/npm-cli.js')).toBe('D:/npm/bin/npm-cli.js');
    expect(find('D:/yarn/yarn.js')).not.toContain('yarn');
  });

  it('should be npm elsewhere', () => {
    expect(npmCommand(['pack'], { platform: 'linux' })).toEqual({ file: 'npm', args: ['pack'] });
  });
});
