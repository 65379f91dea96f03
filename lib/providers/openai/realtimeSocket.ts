import { asyncScheduler, Observable, Subject } from 'rxjs';
import { WebSocket } from 'ws';
import { RxvoiceError } from '../../errors.ts';
import { Recycled } from '../socket/reconnecting.ts';
import { type Incoming, type OpenSocket, type ServerMessage, watchWire } from '../socket/wire.ts';
import type { OpenaiConnection } from './openaiConnection.ts';
import { errorOf, type RealtimeErrors } from './realtimeError.ts';

/** A connection to the Realtime API, to send events with. */
export interface RealtimeSocket {
  readonly send: (event: object) => void;
}

/** How a session is opened. */
export interface RealtimeSocketOptions {
  /** The query of the address: the model, or the intent of a transcription. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** The settings of the session. */
  readonly session: object;
  /** The longest the server may take to accept, and to give any sign of life once it did, ms. */
  readonly timeoutMs: number;
  readonly errors: RealtimeErrors;
}

/**
 * One session of the Realtime API: emits the connection when the server has accepted its settings, completes when the
 * server closed it after being asked to, errors when it is refused or lost. Unsubscribing closes it. A session that has
 * reached its age (60 minutes) is `Recycled`.
 *
 * The wire is ours. The official SDK's `OpenAIRealtimeWS` loses the reason of a refusal, does not notice a peer that is
 * gone, and opens no transcriptions.
 */
export const realtimeSocket = (
  { apiKey, baseURL }: OpenaiConnection,
  { query, headers, session, timeoutMs, errors }: RealtimeSocketOptions,
): Observable<OpenSocket<RealtimeSocket>> =>
  new Observable(subscriber => {
    const startedAt = asyncScheduler.now();
    const message$ = new Subject<Incoming>();
    let isReady = false;
    let isEnding = false;
    const fail = (error: RxvoiceError): void => {
      message$.complete();
      subscriber.error(error);
    };
    const authorization = `Bearer ${apiKey}`;
    const wire = new WebSocket(realtimeAddress(baseURL, query), {
      headers: { authorization, ...headers },
      perMessageDeflate: false,
      handshakeTimeout: timeoutMs,
    });
    const sendText = (text: string): void => {
      if (wire.readyState === WebSocket.OPEN) wire.send(text);
    };
    const socket: RealtimeSocket = { send: event => sendText(JSON.stringify(event)) };

    const ready = (): void => {
      isReady = true;
      subscriber.next({
        socket,
        sendBytes: bytes => sendText(appended(bytes)),
        message$: message$.asObservable(),
        openMs: asyncScheduler.now() - startedAt,
        end: send => {
          isEnding = true;
          send(socket);
        },
        fail,
      });
    };
    const take = (message: ServerMessage): void => {
      if (message.type === 'error' && errorOf(message)['code'] === 'session_expired')
        return fail(new Recycled('The session has reached its age.', { retryable: true }));
      if (isReady) return message$.next(message);
      if (message.type === 'error') return fail(errors.reported(errorOf(message)));
      if (message.type === 'session.updated') ready();
    };

    subscriber.add(
      watchWire(wire, {
        timeoutMs,
        errors,
        onOpen: () => {
          socket.send({ type: 'session.update', session });
          subscriber.add(
            asyncScheduler.schedule(() => {
              if (!isReady) fail(errors.broken(`did not accept the session within ${timeoutMs} ms`));
            }, timeoutMs),
          );
        },
        onMessage: message => {
          if (!(message instanceof Uint8Array)) take(message);
        },
        isEnding: () => isEnding,
        onEnd: () => {
          message$.complete();
          subscriber.complete();
        },
        onFail: fail,
      }),
    );
  });

/** Audio as an event, `s16le` at 24,000 Hz. */
const appended = (bytes: Uint8Array): string =>
  `{"type":"input_audio_buffer.append","audio":"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}"}`;

/** The address of the Realtime API at a server. */
export const realtimeAddress = (baseURL: string, query: Readonly<Record<string, string>>): string =>
  `${baseURL.replace(/\/+$/u, '').replace(/^http/iu, 'ws')}/realtime?${new URLSearchParams(query).toString()}`;
