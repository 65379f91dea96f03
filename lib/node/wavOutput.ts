import { writeFileSync } from 'node:fs';
import { tap } from 'rxjs';
import { RxvoiceError } from '../errors.ts';
import type { Output } from '../audio/output.ts';
import { recordedOutput } from '../audio/recorded.ts';
import { Timeline } from '../audio/timeline.ts';
import { toOutput } from '../audio/toOutput.ts';
import { writeWav } from '../audio/wav.ts';

/** Options of {@link wavOutput}. */
export interface WavOutputOptions {
  /** Hz. Default 16,000. */
  readonly sampleRate?: number;
}

/**
 * An output into a WAV file, mono, 16-bit. It takes as long as a loudspeaker would, and includes the pauses between
 * replies. It begins with the first reply and is written, whole, at the end of each. Audio that was cut is not
 * included. If the file can't be written, the error is an RxvoiceError, stage `output`.
 *
 * @example
 * voice.conversation$(wavInput('question.wav'), wavOutput('answer.wav')).subscribe()
 */
export const wavOutput = (path: string, { sampleRate = 16_000 }: WavOutputOptions = {}): Output => {
  let timeline: Timeline | undefined;
  const play = recordedOutput(
    toOutput({ write: () => undefined }),
    () => (timeline ??= new Timeline(sampleRate)),
  );
  return speech$ => {
    const save = (): void => {
      if (timeline) write(path, timeline);
    };
    // A failure to write the file when a reply is cut is reported with the next complete reply, which fails as well.
    const quietly = (): void => {
      try {
        save();
      } catch {}
    };
    return play(speech$).pipe(tap({ complete: save, unsubscribe: quietly }));
  };
};

function write(path: string, { sound }: Timeline): void {
  try {
    writeFileSync(path, writeWav(sound));
  } catch (cause) {
    throw new RxvoiceError(
      `${path}: it can't be written (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      {
        stage: 'output',
        cause,
      },
    );
  }
}
