import {
  catchError,
  concat,
  connect,
  defer,
  EMPTY,
  filter,
  from,
  map,
  type Observable,
  tap,
  throwError,
} from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import { RxvoiceError } from '../errors.ts';
import type { Stt, SttEvent } from '../stt/stt.ts';
import { type EngineGroup, failureOf } from './tryInOrder.ts';
import { ReplayBuffer } from './replayBuffer.ts';

/**
 * During silence this much audio is kept for the next engine, ms: the start of a word. An engine's silence is trusted
 * only after it has emitted something, since a failing engine is silent too.
 */
const silentMs = 2_000;

/**
 * Listens with the first engine that works. If it fails, or completes before the audio does, the next one receives
 * the audio since the last final and goes on from there. Positions stay those of the whole call.
 */
export const transcribeInOrder =
  (engines: readonly Stt[], { health, warn }: EngineGroup, bufferMs: number) =>
  (frame$: Observable<AudioFrame>): Observable<SttEvent> =>
    defer(() => {
      const buffer = new ReplayBuffer();
      let isSpoken = false;
      let isBelieved = false;
      let input: 'on' | 'over' | 'failed' = 'on';

      const noted = (transcript: SttEvent): void => {
        isBelieved = true;
        if (transcript.type === 'final') buffer.forget(transcript.end);
        if (transcript.type === 'utteranceEnd') isSpoken = false;
        else if (transcript.type === 'speechStart' || transcript.type === 'interim') isSpoken = true;
      };

      const listen = (
        [index = 0, ...others]: readonly number[],
        live$: Observable<AudioFrame>,
      ): Observable<SttEvent> =>
        defer(() => {
          const { frames, startMs } = buffer;
          const isTold = isSpoken;
          isBelieved = false;
          return concat(
            concat(from(frames), live$).pipe(engines[index]!),
            defer(() => (input === 'on' ? throwError(leftOff) : EMPTY)),
          ).pipe(
            map(transcript => shifted(transcript, startMs)),
            // The previous engine already reported the start of this voice.
            filter(({ type }) => !(isTold && isSpoken && type === 'speechStart')),
            tap(noted),
          );
        }).pipe(
          tap(() => health.worked(index)),
          catchError((error: unknown) => {
            if (input === 'failed') return throwError(() => error);
            health.failed(index);
            if (others.length === 0) return throwError(() => error);
            warn(`${failureOf(index, engines.length, error)} The next takes over.`);
            return listen(others, live$);
          }),
        );

      return frame$.pipe(
        tap({
          next: frame =>
            buffer.push(frame, isBelieved && !isSpoken ? Math.min(silentMs, bufferMs) : bufferMs),
          error: () => (input = 'failed'),
          complete: () => (input = 'over'),
        }),
        connect(live$ => listen(health.order(engines.length), live$)),
      );
    });

const leftOff = (): RxvoiceError =>
  new RxvoiceError('It stopped listening before the audio was over.', { stage: 'stt', retryable: true });

function shifted(transcript: SttEvent, ms: number): SttEvent {
  if ('at' in transcript) return { ...transcript, at: transcript.at + ms };
  const words = 'words' in transcript && {
    words: transcript.words.map(word => ({ ...word, start: word.start + ms, end: word.end + ms })),
  };
  return { ...transcript, ...words, ...('end' in transcript && { end: transcript.end + ms }) };
}
