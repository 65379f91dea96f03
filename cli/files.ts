import { accessSync, constants, createReadStream, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { concatFrames, frameMs, WavDecoder } from '../lib/audio/index.ts';
import { type AudioFrame, RxvoiceError } from '../lib/index.ts';
import { isFolder } from './isFolder.ts';
import { UsageError } from './usageError.ts';
import { fileError } from './fileError.ts';

/** The longest recording that is read, ms: four hours. Its samples are kept in memory. */
const longestMs = 4 * 3_600_000;

/** Whether a path names the standard input. */
export const isStdin = (path: string): boolean => ['-', '/dev/stdin'].includes(path);

/** A path as it is named to a person. */
export const nameOf = (path: string): string => (isStdin(path) ? 'stdin' : path);

/** The standard input, where something comes from it. */
export function stdin(what: string): Readable {
  if (process.stdin.isTTY)
    throw new UsageError(
      `stdin: ${what} is expected from a pipe, and this is a terminal. Name a file, or pipe one in.`,
    );
  return process.stdin;
}

/**
 * Reads a WAV file, or one that comes by the standard input (`-`), before anything is loaded for it. It is read once and no
 * further than its sound, so that a pipe will do.
 */
export async function readSound(path: string): Promise<AudioFrame> {
  const name = nameOf(path);
  try {
    const bytes = isStdin(path) ? stdin('a WAV file') : createReadStream(path);
    const decoder = new WavDecoder();
    const frames: AudioFrame[] = [];
    let ms = 0;
    for await (const piece of bytes as AsyncIterable<Uint8Array>) {
      const frame = decoder.push(piece);
      if (frame) frames.push(frame);
      ms += frame ? frameMs(frame) : 0;
      if (ms > longestMs)
        throw new UsageError(`${name}: it is longer than ${longestMs / 3_600_000} hours. Cut it first.`);
      if (decoder.over) break;
    }
    const last = decoder.end();
    if (last) frames.push(last);
    return frames.length === 0
      ? { pcm: new Int16Array(0), sampleRate: decoder.sampleRate }
      : concatFrames(frames);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(
      `${name}: ${RxvoiceError.is(cause) ? cause.message : `it can't be opened${fileError(cause)}`}`,
    );
  }
}

/** Makes sure that a file can be written, before its content is made. */
export function writable(path: string, flag = '--output'): void {
  const folder = dirname(path);
  const problem = (text: string): UsageError => new UsageError(`${flag} ${path}: it can't be written${text}`);
  if (isFolder(path)) throw problem(': this is a folder. Name a file in it.');
  if (!isFolder(folder)) throw problem(`: there is no folder ${folder}. Make it first, or name another one.`);
  try {
    accessSync(existsSync(path) ? path : folder, constants.W_OK);
  } catch (cause) {
    throw problem(fileError(cause));
  }
}
