import { debounceTime, Observable, startWith, Subject } from 'rxjs';
import { type AudioFrame, frameMs } from '../../audio/frame.ts';
import type { Stt } from '../../stt/stt.ts';
import { AudioFromClient } from '../loopback/audioFromClient.ts';
import { close, type ServerFrame } from '../loopback/frames.ts';
import { late } from '../loopback/inOrder.ts';
import { parsed, type Protocol } from '../loopback/serveSocket.ts';
import type { FluxQuery } from './fluxQuery.ts';
import { FluxTurnDetector } from './fluxTurnDetector.ts';

/** Options of {@link flux}. */
export interface FluxOptions {
  readonly requestId: string;
  readonly query: FluxQuery;
  readonly stt: Stt;
  readonly latencies: () => { readonly sttMs: number; readonly endOfTurnMs: number };
  /** How long a client may be silent, ms. */
  readonly idleMs: number;
  /** Whether ForceEndTurn is enabled. */
  readonly forceEndTurn: boolean;
}

/** Deepgram's `/v2/listen`: audio and a few messages in, Connected and TurnInfo out. There is no KeepAlive. */
export const flux =
  ({ requestId, query, stt, latencies, idleMs, forceEndTurn }: FluxOptions): Protocol =>
  client$ =>
    new Observable<ServerFrame>(subscriber => {
      const audio$ = new Subject<AudioFrame>();
      const out$ = new Subject<ServerFrame>();
      const input = new AudioFromClient(query);
      let connected = false;
      const turns = new FluxTurnDetector({
        requestId,
        query,
        endOfTurnMs: () => latencies().endOfTurnMs,
        send: frame => out$.next(frame),
      });
      const error = (cause: unknown): void => subscriber.error(cause);
      // The codes are those of the documentation; that of the close frame is an assumption.
      const fail = (code: string, description: string, closeCode: number): void => {
        turns.error(code, description);
        out$.next(close(closeCode, description));
      };

      const hear = (bytes: Uint8Array): void => {
        if (bytes.length === 0) return;
        const frame = input.next(bytes);
        if (frame === undefined)
          return fail('UNDECODABLE_AUDIO', 'The payload cannot be decoded as audio.', 1008);
        turns.advance(frameMs(frame));
        audio$.next(frame);
        turns.tell();
      };

      const handle = (message: Record<string, unknown> | undefined): void => {
        const type = message?.['type'];
        if (type === 'CloseStream') return audio$.complete();
        if (type === 'Configure') return turns.configure(message!);
        if (type === 'ForceEndTurn' && forceEndTurn) return turns.forceEnd();
        fail('UNPARSABLE_CLIENT_MESSAGE', 'The message could not be parsed.', 1008);
      };

      subscriber.add(out$.pipe(late(() => (connected ? latencies().sttMs : 0))).subscribe(subscriber));
      turns.connected();
      connected = true;
      subscriber.add(
        audio$.pipe(stt).subscribe({
          next: transcript => turns.heard(transcript),
          error: () => fail('INTERNAL_SERVER_ERROR', 'An internal server error occurred.', 1011),
          complete: () => {
            // No EndOfTurn: an open turn gets no end.
            out$.next(close()); // without a code, as the SDK knows it
          },
        }),
      );
      subscriber.add(
        client$.pipe(startWith(undefined), debounceTime(idleMs)).subscribe({
          next: () => fail('INACTIVE_CLIENT', 'The client has been inactive for too long.', 1011),
          error,
        }),
      );
      subscriber.add(
        client$.subscribe({
          next: frame => {
            if (frame.type === 'binary') hear(frame.bytes);
            if (frame.type === 'text') handle(parsed(frame.text));
          },
          error,
        }),
      );
    });
