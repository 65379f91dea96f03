import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AudioBackendError,
  audioBackends,
  audioDevices,
  microphone,
  speaker,
} from '../../lib/devices/index.ts';
import { RxvoiceError } from '../../lib/index.ts';
import { backendOrder } from '../../lib/devices/backends.ts';
import { noHosts } from './hosts.ts';

// A project with a naudiodon2 of its own that behaves as broken installations do, on a machine without a sound card.
let project: string;
const home = process.cwd();
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'rxvoice-project-'));
  process.chdir(project);
  vi.stubEnv('PULSE_SERVER', 'unix:/nowhere');
  vi.stubEnv('ALSA_CONFIG_PATH', '/dev/null');
  vi.stubEnv('PATH', '/nowhere');
});
afterEach(async () => {
  process.chdir(home);
  vi.unstubAllEnvs();
  rmSync(project, { recursive: true });
  await noHosts();
});
const install = (program: string): void => {
  const folder = join(project, 'node_modules/naudiodon2');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.js'), program);
};
const device = `{ id: 0, name: 'USB Headset', maxInputChannels: 1, maxOutputChannels: 1, hostAPIName: 'ALSA' }`;
const working = `
  exports.getHostAPIs = () => ({ defaultHostAPI: 0, HostAPIs: [{ defaultInput: 0, defaultOutput: 0 }] });
  exports.getDevices = () => [${device}];
`;
const failing = (code: string, message: string): string =>
  `throw Object.assign(new Error(${JSON.stringify(message)}), { code: ${JSON.stringify(code)} });`;

describe('a backend that does not work', () => {
  it.each([
    [
      'has no binary',
      failing('', 'Could not locate the bindings file. Tried: …'),
      'not-built',
      /C\+\+ compiler.*npm rebuild naudiodon2/u,
    ],
    [
      'was built for another Node.js',
      failing(
        'ERR_DLOPEN_FAILED',
        'was compiled against NODE_MODULE_VERSION 115. This version requires 127.',
      ),
      'abi-mismatch',
      /npm rebuild naudiodon2/u,
    ],
    [
      'lacks a library',
      failing('ERR_DLOPEN_FAILED', 'libasound.so.2: cannot open shared object file'),
      'lib-missing',
      /apt install libasound2/u,
    ],
    ['takes its process with it', 'process.abort();', 'crashed', /npm i decibri/u],
    [
      'ends its process when it looks for devices',
      `${working} exports.getDevices = () => process.exit(3);`,
      'crashed',
      /npm i decibri/u,
    ],
    ['finds no device', `${working} exports.getDevices = () => [];`, 'no-device', /rxvoice devices/u],
  ])(
    'should say so, with a fix of one line, when it %s',
    async (_, program, code, cure) => {
      install(program);
      const error: unknown = await firstValueFrom(microphone({ backend: 'naudiodon2' })).catch(
        (it: unknown) => it,
      );
      expect(error).toBeInstanceOf(AudioBackendError);
      expect(RxvoiceError.is(error)).toBe(true);
      expect(error).toMatchObject({ code, stage: 'input', attempts: [{ backend: 'naudiodon2', code }] });
      expect((error as AudioBackendError).cure).toMatch(cure);
      expect((error as AudioBackendError).cure).not.toContain('\n');
    },
    30_000,
  );

  it('should say so of a loudspeaker, to who keeps it open and to who speaks', async () => {
    install('process.abort();');
    const output = speaker({ backend: 'naudiodon2' });
    await expect(lastValueFrom(output.warm$)).rejects.toMatchObject({ code: 'crashed', stage: 'output' });
  }, 30_000);

  it('should be named when it is missing, and nothing is started for it', async () => {
    await expect(firstValueFrom(microphone({ backend: 'decibri' }))).rejects.toMatchObject({
      code: 'not-installed',
      cure: 'npm i decibri',
    });
  });

  it('should name the devices that there are, when the one that is wanted is not', async () => {
    install(working);
    await expect(
      firstValueFrom(microphone({ backend: 'naudiodon2', device: 'Webcam' })),
    ).rejects.toMatchObject({
      code: 'no-device',
      message: expect.stringMatching(/no device is called "Webcam"; there are "USB Headset"/u) as string,
    });
  }, 30_000);

  it.skipIf(process.platform === 'win32')(
    'should not be taken for lost when it never opened, however slowly it says so',
    async () => {
      // SoX can't list devices: it is given the name, and complains after a while.
      const slow = '#!/bin/sh\n/bin/sleep 0.3\necho "rec FAIL sox: no such thing" >&2\nexit 2\n';
      for (const name of ['rec', 'play']) writeFileSync(join(project, name), slow, { mode: 0o755 });
      vi.stubEnv('PATH', project);
      const found = 'no device called "Webcam" can be opened (rec FAIL sox: no such thing)';
      await expect(firstValueFrom(microphone({ backend: 'system', device: 'Webcam' }))).rejects.toMatchObject(
        {
          code: 'no-device',
          message: expect.stringMatching(/^No microphone called "Webcam" can be opened:/u) as string,
          attempts: [{ message: expect.stringContaining(found) as string }],
        },
      );
      // Where the devices are known, SoX is not asked.
      const list = '#!/bin/sh\necho default\n';
      for (const name of ['arecord', 'aplay']) writeFileSync(join(project, name), list, { mode: 0o755 });
      await expect(firstValueFrom(microphone({ backend: 'system', device: 'Webcam' }))).rejects.toMatchObject(
        {
          message: expect.stringMatching(/there are "default"\. (?!.*SoX)/u) as string,
        },
      );
    },
    30_000,
  );

  it('should leave out backends that are not installed, where a device is not known to one that is', async () => {
    install(working);
    const error: unknown = await firstValueFrom(microphone({ device: 'Webcam' })).catch((it: unknown) => it);
    const { attempts, message } = error as AudioBackendError;
    expect(attempts.map(({ backend }) => backend)).toEqual(backendOrder());
    expect(message).toContain('no device is called "Webcam"');
    expect(message).not.toContain('not installed');
  }, 30_000);

  it('should be passed over for the next one', async () => {
    install(working);
    const { backend, devices } = await lastValueFrom(audioDevices());
    expect(backend).toBe('naudiodon2');
    expect(devices).toEqual([
      { kind: 'microphone', name: 'USB Headset', isDefault: true, system: 'ALSA' },
      { kind: 'speaker', name: 'USB Headset', isDefault: true, system: 'ALSA' },
    ]);
  }, 30_000);

  it('should be one of several in the error, when none is left', async () => {
    install('process.abort();');
    const error: unknown = await firstValueFrom(microphone()).catch((it: unknown) => it);
    const { attempts, message } = error as AudioBackendError;
    expect(attempts.map(({ backend }) => backend)).toEqual(backendOrder());
    expect(attempts.map(({ code }) => code).slice(1)).toEqual(['crashed', 'not-installed', 'not-installed']);
    for (const attempt of attempts) expect(message).toContain(attempt.message);
    const reports = await lastValueFrom(audioBackends().pipe(toArray()));
    expect(reports.map(report => 'error' in report && report.error.code).slice(1)).toEqual([
      'crashed',
      'not-installed',
      'not-installed',
    ]);
  }, 30_000);
});

describe('the order of backends', () => {
  it('should begin with naudiodon, but not on Apple’s own processors', () => {
    expect(backendOrder('linux', 'x64')).toEqual(['naudiodon', 'naudiodon2', 'decibri', 'system']);
    expect(backendOrder('darwin', 'arm64')[0]).toBe('naudiodon2');
  });
});
