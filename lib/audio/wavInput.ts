import { readFileSync } from 'node:fs';
import { defer, from, type Observable } from 'rxjs';
import { RxvoiceError } from '../errors.ts';
import type { AudioFrame } from './frame.ts';
import { paced } from './paced.ts';
import { reframe } from './reframe.ts';
import { readWav } from './wav.ts';

/** How {@link wavInput} is read. */
export interface WavInputOptions {
  /** Whether it is heard as if it were spoken now; else all of it comes at once. Default `true`. */
  readonly realTime?: boolean;
}

/**
 * A WAV file as an input: frames of 20 ms at the file's own rate, mixed to mono. What `readWav` can't read, or a file
 * that can't be opened, is an RxvoiceError, stage `input`.
 *
 * @example
 * voice.conversation$(wavInput('question.wav'), wavOutput('answer.wav')).subscribe()
 */
export const wavInput = (path: string, { realTime = true }: WavInputOptions = {}): Observable<AudioFrame> =>
  defer(() => {
    const frame$ = from([readFile(path)]).pipe(reframe());
    return realTime ? frame$.pipe(paced()) : frame$;
  });

function readFile(path: string): AudioFrame {
  try {
    return readWav(readFileSync(path));
  } catch (cause) {
    const reason = RxvoiceError.is(cause)
      ? cause.message
      : `It can't be opened: ${(cause as NodeJS.ErrnoException).code}.`;
    throw new RxvoiceError(`${path}: ${reason}`, { stage: 'input', cause });
  }
}
