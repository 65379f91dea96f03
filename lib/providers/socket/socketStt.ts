import {
  defer,
  distinctUntilChanged,
  filter,
  finalize,
  map,
  type MonoTypeOperatorFunction,
  type Observable,
  ReplaySubject,
  share,
  Subject,
} from 'rxjs';
import type { AudioFrame } from '../../audio/frame.ts';
import type { Loading, Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import type { Stt, SttEvent } from '../../stt/stt.ts';
import { type Dialect, transcribeCall } from './transcribeCall.ts';
import { reconnecting } from './reconnecting.ts';
import { standbyOutageMs } from './voiceOptions.ts';
import type { OpenSocket } from './wire.ts';

/** How a speech-to-text engine over a WebSocket is made; all times in ms. */
export interface SocketSttOptions<Socket> {
  /** Opens one connection for audio of this rate, Hz. */
  readonly open: (sampleRate: number) => Observable<OpenSocket<Socket>>;
  /** The rate of the connection that is opened before the call, Hz. */
  readonly sampleRate: number;
  /** Changes the audio of a call before it is sent. Default: unchanged. */
  readonly prepare?: MonoTypeOperatorFunction<AudioFrame>;
  readonly dialect: Dialect<Socket>;
  /** The engine's name, and that of its service. */
  readonly name: string;
  readonly who: string;
  readonly bufferMs: number;
  readonly timeoutMs: number;
  readonly silenceMs: number;
  readonly outageMs: number;
  readonly retries?: number | undefined;
}

/** A speech-to-text engine over a WebSocket: a connection for each call, opened before its first turn. */
export function socketStt<Socket>(options: SocketSttOptions<Socket>): Stt {
  const {
    sampleRate: warmRate,
    dialect,
    name,
    who,
    bufferMs,
    timeoutMs,
    silenceMs,
    outageMs,
    retries,
  } = options;

  const session = (notice$ = new Subject<Notice>(), longestMs = outageMs): Stt => {
    const tell = (message: string): void => notice$.next({ type: 'warning', message });
    const endTurn$ = new Subject<void>();
    const open = (sampleRate: number): Observable<OpenSocket<Socket> | RxvoiceError> =>
      options.open(sampleRate).pipe(
        reconnecting({
          outageMs: longestMs,
          ...(retries !== undefined && { retries }),
          timeoutMs,
          message$: ({ message$ }) => message$,
          tell,
        }),
        share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: true }),
      );
    const warmLine$ = open(warmRate);
    const warm$: Observable<Loading> = warmLine$.pipe(
      filter(socket => !RxvoiceError.is(socket)),
      map(() => ({ engine: name, progress: 1 })),
      distinctUntilChanged((one, other) => one.progress === other.progress),
    );
    const listen = (frame$: Observable<AudioFrame>): Observable<SttEvent> =>
      transcribeCall(
        options.prepare?.(frame$) ?? frame$,
        sampleRate => (sampleRate === warmRate ? warmLine$ : open(sampleRate)),
        warmRate,
        dialect,
        { bufferMs, timeoutMs, silenceMs, stage: { who }, notify: notice => notice$.next(notice), endTurn$ },
      );
    return Object.assign(listen, {
      notice$: notice$.asObservable(),
      warm$,
      endTurn: () => endTurn$.next(),
    });
  };

  const notice$ = new Subject<Notice>();
  const calls = new Set<Stt>();
  // Used without a session, each subscription is a call of its own.
  const listen = (frame$: Observable<AudioFrame>): Observable<SttEvent> =>
    defer(() => {
      const call = session(notice$);
      calls.add(call);
      return frame$.pipe(
        call,
        finalize(() => calls.delete(call)),
      );
    });
  return Object.assign(listen, {
    session: ({ hasStandby = false } = {}) =>
      session(undefined, hasStandby ? Math.min(outageMs, standbyOutageMs) : outageMs),
    notice$: notice$.asObservable(),
    endTurn: () => calls.forEach(call => call.endTurn?.()),
  });
}
