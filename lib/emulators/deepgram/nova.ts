import { debounceTime, filter, merge, Observable, startWith, Subject, take, takeUntil, timer } from 'rxjs';
import { type AudioFrame, frameMs } from '../../audio/frame.ts';
import type { Stt } from '../../stt/stt.ts';
import { AudioFromClient } from '../loopback/audioFromClient.ts';
import type { Fault } from '../loopback/fault.ts';
import { netReason } from '../loopback/faulty.ts';
import { type ClientFrame, close, json, type ServerFrame } from '../loopback/frames.ts';
import { late } from '../loopback/inOrder.ts';
import { parsed, type Protocol } from '../loopback/serveSocket.ts';
import type { NovaQuery } from './novaQuery.ts';
import { NovaTranscriber } from './novaTranscriber.ts';

/** Options of {@link nova}. */
export interface NovaOptions {
  readonly requestId: string;
  readonly query: NovaQuery;
  readonly stt: Stt;
  /** Whether the engine emits words after an utterance rather than while they are spoken. */
  readonly lateWords: boolean;
  readonly latencies: () => {
    readonly sttMs: number;
    readonly vadMs: number;
    readonly interimEveryMs: number;
  };
  /** How long a client may be silent, ms. */
  readonly idleMs: number;
  readonly has: (fault: Fault) => boolean;
}

/** Deepgram's `/v1/listen`: audio and a few messages in, Results, SpeechStarted, UtteranceEnd and Metadata out. */
export const nova =
  ({ requestId, query, stt, lateWords, latencies, idleMs, has }: NovaOptions): Protocol =>
  client$ =>
    new Observable<ServerFrame>(subscriber => {
      const audio$ = new Subject<AudioFrame>();
      const result$ = new Subject<ServerFrame>();
      const started$ = new Subject<ServerFrame>();
      const input = new AudioFromClient(query);
      const transcriber = new NovaTranscriber({
        requestId,
        query,
        lateWords,
        interimEveryMs: () => latencies().interimEveryMs,
        has,
        send: frame => (isStart(frame) ? started$ : result$).next(frame),
      });

      subscriber.add(
        merge(
          result$.pipe(late(() => latencies().sttMs)),
          started$.pipe(late(() => latencies().vadMs)),
        ).subscribe(subscriber),
      );
      subscriber.add(
        audio$.pipe(stt).subscribe({
          next: transcript => transcriber.heard(transcript),
          error: () => result$.next(close(1011, netReason('0000'))),
          complete: () => {
            transcriber.end();
            result$.next(has('close-1005') ? close() : close(1000));
          },
        }),
      );

      const error = (cause: unknown): void => subscriber.error(cause);

      const hear = (bytes: Uint8Array): void => {
        if (bytes.length === 0) return audio$.complete(); // the end of the stream, of old
        const frame = input.next(bytes);
        if (frame === undefined)
          return result$.next(close(1008, 'DATA-0000: The payload cannot be decoded as audio.'));
        transcriber.advance(frameMs(frame));
        audio$.next(frame);
        transcriber.tell();
      };

      const handle = (text: string): void => {
        switch (parsed(text)?.['type']) {
          case 'KeepAlive':
            return;
          case 'Finalize':
            return transcriber.finalize();
          case 'CloseStream':
            return audio$.complete();
          default:
            return result$.next(close(1011, 'Unrecognized message.'));
        }
      };

      const idle$ = merge(
        client$.pipe(
          filter(({ type }) => type !== 'ping'),
          startWith(undefined),
          debounceTime(idleMs),
        ),
        timer(idleMs).pipe(takeUntil(client$.pipe(filter(isAudio)))),
      ).pipe(take(1));
      subscriber.add(
        idle$.subscribe({
          next: () => {
            result$.next(json(transcriber.metadata()));
            result$.next(close(1011, netReason('0001')));
          },
          error,
        }),
      );
      subscriber.add(
        client$.subscribe({
          next: frame => {
            if (frame.type === 'binary') hear(frame.bytes);
            if (frame.type === 'text') handle(frame.text);
          },
          error,
        }),
      );
    });

const isAudio = ({ type }: ClientFrame): boolean => type === 'binary';
const isStart = (frame: ServerFrame): boolean =>
  frame.type === 'json' && (frame.message as { readonly type?: string }).type === 'SpeechStarted';
