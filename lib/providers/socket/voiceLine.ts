import { finalize, type Observable, ReplaySubject, share, tap } from 'rxjs';
import type { Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import { reconnecting } from './reconnecting.ts';
import type { OpenSocket } from './wire.ts';

/** A voice over a connection: its input from the connection, and its state. */
export interface SocketVoice<Socket> {
  /** Whether audio is waited for. */
  readonly isBusy: boolean;
  readonly connected: (socket: OpenSocket<Socket>) => void;
  readonly lost: (reason: RxvoiceError) => void;
  readonly disconnected: () => void;
}

/** How the connection of a call's voice is kept. */
export interface VoiceLineOptions {
  readonly outageMs: number;
  readonly retries?: number | undefined;
  readonly timeoutMs: number;
  readonly notify: (notice: Notice) => void;
}

/** The connection of a call's voice, passed to it: opened for the first subscriber, closed after the last. */
export const voiceLine = <Socket>(
  open$: Observable<OpenSocket<Socket>>,
  voice: SocketVoice<Socket>,
  { outageMs, retries, timeoutMs, notify }: VoiceLineOptions,
): Observable<OpenSocket<Socket> | RxvoiceError> =>
  open$.pipe(
    // A connection that is lost during silence is not reported.
    reconnecting({
      outageMs,
      ...(retries !== undefined && { retries }),
      timeoutMs,
      message$: ({ message$ }) => message$,
      tell: message => voice.isBusy && notify({ type: 'warning', message }),
    }),
    tap(socket => (RxvoiceError.is(socket) ? voice.lost(socket) : voice.connected(socket))),
    finalize(() => voice.disconnected()),
    share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: true }),
  );
