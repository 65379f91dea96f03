import { chalkStderr } from 'chalk';
import { exitCodes, ownListener, type Signal } from './signals.ts';
import { fileError } from './fileError.ts';

const readerLeft = { already: false, listeners: new Set<() => void>() };
let failed = false;

/**
 * Prepares the program for events of its streams and signals:
 *
 * - A reader that has seen enough (`| head`) is no failure: the work is asked to stop, see {@link onReaderLeft}.
 * - An output that can't be written for another reason, such as a full disk, is reported once. The work goes on, and the
 *   exit code is 1 in the end.
 * - A signal ends the program with the code of that signal, unless a command takes care of it (`untilInterrupted`).
 */
export function watchStandardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return leave();
    if (failed) return;
    failed = true;
    process.stderr.write(`${chalkStderr.red('rxvoice:')} the output can't be written${fileError(error)}\n`);
  });
  // There is nowhere left to report it.
  process.stderr.on('error', () => undefined);
  process.on('exit', () => {
    if (failed && !process.exitCode) process.exitCode = 1;
  });
  for (const [signal, code] of Object.entries(exitCodes) as [Signal, number][]) {
    const end = ownListener(() => {
      // Another listener ends the program in an orderly way.
      if (process.listenerCount(signal) === 1) process.exit(code);
    });
    process.on(signal, end);
  }
}

function leave(): void {
  if (readerLeft.already) return;
  readerLeft.already = true;
  for (const listener of [...readerLeft.listeners]) listener();
}

/** Whether the reader of stdout is gone: the command ends, and that is no error. */
export const hasReaderLeft = (): boolean => readerLeft.already;

/** Calls `listener` when the reader of stdout is gone, also if it is gone already. Returns a function that removes it. */
export function onReaderLeft(listener: () => void): () => void {
  if (readerLeft.already) queueMicrotask(listener);
  readerLeft.listeners.add(listener);
  return () => void readerLeft.listeners.delete(listener);
}
