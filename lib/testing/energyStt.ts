import { Observable, Subject } from 'rxjs';
import { type AudioFrame, frameMs } from '../audio/frame.ts';
import { voiceActivity } from '../audio/voiceActivity.ts';
import type { Stt, SttEvent } from '../stt/stt.ts';

/** How {@link energyStt} listens. */
export interface EnergySttOptions {
  /** Silence after which the user has finished, ms. Default 300. */
  readonly silenceMs?: number;
  /** Silence after which the user may have finished (`eagerEnd`), ms. Default never. */
  readonly eagerMs?: number;
  /** How long a word takes, for interims, ms. Default 300. */
  readonly wordMs?: number;
}

/**
 * A speech-to-text engine that detects speech by loudness and does not recognise words: the n-th utterance (from 0) is
 * the n-th of `lines`, from the first again after the last, or the result of the function. For tests with any sound, in
 * real time or not.
 *
 * @example
 * microphone().pipe(energyStt(['Hello.', 'What time is it?']))
 */
export const energyStt = (
  lines: readonly string[] | ((index: number) => string),
  { silenceMs = 300, eagerMs = Infinity, wordMs = 300 }: EnergySttOptions = {},
): Stt => {
  const lineOf = typeof lines === 'function' ? lines : (index: number) => lines[index % lines.length] ?? '';
  return frame$ =>
    new Observable<SttEvent>(subscriber => {
      const audio$ = new Subject<AudioFrame>();
      let positionMs = 0;
      let index = 0;
      let line = '';
      let from: number | undefined;
      let told = 0;
      let eager = false;
      const error = (cause: unknown): void => subscriber.error(cause);

      const tellWords = (): void => {
        if (from === undefined || eager || line === '') return;
        const words = line.split(' ');
        const count = Math.min(words.length, Math.floor((positionMs - from) / wordMs));
        if (count <= told) return;
        told = count;
        subscriber.next({ type: 'interim', text: words.slice(0, count).join(' ') });
      };

      // The quicker one, which may be wrong, hears first.
      if (eagerMs < silenceMs)
        subscriber.add(
          audio$.pipe(voiceActivity({ hangoverMs: eagerMs })).subscribe({
            next: ({ type }) => {
              if (type === 'speechEnd' && from !== undefined && line !== '') {
                eager = true;
                subscriber.next({ type: 'eagerEnd', text: line });
              } else if (type === 'speechStart' && eager) {
                eager = false;
                subscriber.next({ type: 'resumed' });
              }
            },
            error,
          }),
        );
      subscriber.add(
        audio$.pipe(voiceActivity({ hangoverMs: silenceMs })).subscribe({
          next: ({ type, at }) => {
            if (type === 'speechStart') {
              [from, told, line] = [at, 0, lineOf(index)];
              return subscriber.next({ type, at });
            }
            [from, eager] = [undefined, false];
            index++;
            if (line !== '') subscriber.next({ type: 'final', text: line, end: at });
            subscriber.next({ type: 'utteranceEnd', end: at });
          },
          error,
          complete: () => subscriber.complete(),
        }),
      );
      subscriber.add(
        frame$.subscribe({
          next: frame => {
            positionMs += frameMs(frame);
            audio$.next(frame);
            tellWords();
          },
          error,
          complete: () => audio$.complete(),
        }),
      );
    });
};
