import { closeSync, openSync, readSync } from 'node:fs';
import { defer, from, type Observable } from 'rxjs';
import { RxvoiceError } from '../errors.ts';
import { type AudioFrame, concatFrames } from '../audio/frame.ts';
import { paced } from '../audio/paced.ts';
import { reframe } from '../audio/reframe.ts';
import { WavDecoder } from '../audio/wavDecoder.ts';

/** Options of {@link wavInput}. */
export interface WavInputOptions {
  /** Whether it is played in real time; otherwise all of it arrives at once. Default `true`. */
  readonly realTime?: boolean;
}

/**
 * A WAV file as an input: frames of 20 ms at the file's own rate, mixed to mono. If `readWav` can't read it, or it
 * can't be opened, the error is an RxvoiceError, stage `input`.
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
    return sound(path);
  } catch (cause) {
    const reason = RxvoiceError.is(cause)
      ? cause.message
      : `It can't be opened: ${(cause as NodeJS.ErrnoException).code}.`;
    throw new RxvoiceError(`${path}: ${reason}`, { stage: 'input', cause });
  }
}

/**
 * The sound of a file, which is read no further than that: neither a file of another kind, nor the bytes after the
 * sound.
 */
function sound(path: string): AudioFrame {
  const file = openSync(path, 'r');
  try {
    const decoder = new WavDecoder();
    const frames: AudioFrame[] = [];
    const piece = new Uint8Array(1 << 20);
    while (!decoder.over) {
      const length = readSync(file, piece);
      const frame = length === 0 ? decoder.end() : decoder.push(piece.slice(0, length));
      if (frame) frames.push(frame);
      if (length === 0) break;
    }
    return frames.length === 0
      ? { pcm: new Int16Array(0), sampleRate: decoder.sampleRate }
      : concatFrames(frames);
  } finally {
    closeSync(file);
  }
}
