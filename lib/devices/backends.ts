import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AudioBackendError, type AudioBackendCode } from './audioBackendError.ts';

/**
 * The ways to a sound card: three packages, each an optional peer, and the system's own players and recorders
 * (`parec`/`pacat`, `arecord`/`aplay`, SoX).
 */
export type AudioBackend = 'naudiodon' | 'naudiodon2' | 'decibri' | 'system';

/** A backend, and where it is. */
export interface FoundBackend {
  readonly name: AudioBackend;
  /** The entry file of its package; none for `system`. */
  readonly path: string | undefined;
}

/** The order in which backends are tried. naudiodon's library has no code for Apple's own processors. */
export const backendOrder = (platform = process.platform, arch = process.arch): readonly AudioBackend[] =>
  platform === 'darwin' && arch === 'arm64'
    ? ['naudiodon2', 'decibri', 'naudiodon', 'system']
    : ['naudiodon', 'naudiodon2', 'decibri', 'system'];

/**
 * The folder of an installed backend: next to rxvoice, or in the current project (for a global rxvoice). Loads
 * nothing. Throws an AudioBackendError if it is not installed.
 */
export function findBackend(name: AudioBackend, folder = process.cwd()): FoundBackend {
  if (name === 'system') return { name, path: undefined };
  for (const from of [import.meta.url, join(folder, 'package.json')]) {
    try {
      return { name, path: createRequire(from).resolve(name) };
    } catch {
      // It may be at the other place.
    }
  }
  throw backendError(name, 'not-installed', 'it is not installed');
}

/** The folder with a package's own libraries: the path to them in its binary is lost when `node_modules` moves. */
export const libraryFolder = ({ path }: FoundBackend): string | undefined =>
  path === undefined ? undefined : join(dirname(path), 'build/Release');

/** An error of one backend, with its fix. The backend's own message is the cause if none is known. */
export const backendError = (
  backend: AudioBackend,
  code: AudioBackendCode,
  reason: string,
  cause?: unknown,
  cure = cureOf(backend, code),
): AudioBackendError => {
  return new AudioBackendError(`${backend}: ${inWords(code, reason)}. ${cure}`, {
    code,
    backend,
    cure,
    cause: cause ?? reason,
  });
};

/** The problem in one line: loaders report it in several, with paths. */
function inWords(code: AudioBackendCode, reason: string): string {
  if (code === 'not-built') return 'it has no binary';
  if (code === 'abi-mismatch') return 'its binary is for another version of Node.js';
  const [first = ''] = reason.split('\n');
  return first.replace(/\.$/u, '');
}

/** The system's tools are packages of the system, not of npm. */
const systemTools =
  'Install a player and recorder: pulseaudio-utils or alsa-utils (Linux), or SoX (any system).';

function cureOf(backend: AudioBackend, code: AudioBackendCode): string {
  const rebuild = backend === 'decibri' ? 'npm i decibri' : `npm rebuild ${backend} segfault-handler`;
  switch (code) {
    case 'not-installed':
      return backend === 'system' ? systemTools : `npm i ${backend}`;
    case 'not-built':
      return backend === 'decibri'
        ? 'Install it again, with optional dependencies: npm i decibri'
        : `Allow its install scripts, have a C++ compiler, make and Python at hand, then: ${rebuild}`;
    case 'abi-mismatch':
      return rebuild;
    case 'lib-missing':
      return `Install what is missing (on Debian and Ubuntu: apt install libasound2), then: ${rebuild}`;
    case 'crashed':
      return backend === 'decibri' ? 'Use another one: npm i naudiodon' : 'Use another one: npm i decibri';
    case 'no-device':
      return 'Connect one, or choose another: `rxvoice devices` lists them.';
  }
}
