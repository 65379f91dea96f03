import {
  catchError,
  concat,
  defer,
  ignoreElements,
  merge,
  NEVER,
  type Observable,
  of,
  share,
  ReplaySubject,
  startWith,
  switchMap,
  take,
  throwError,
  timer,
} from 'rxjs';
import { Outage } from '../../rx/outage.ts';
import { MuteSocket, ResponsesSocket } from './responsesSocket.ts';
import type { Wire } from './responsesWire.ts';

/** The state of a call's connection. */
export type LineState =
  | { readonly type: 'opening' }
  | { readonly type: 'open'; readonly socket: ResponsesSocket }
  /** Requests need another transport. */
  | { readonly type: 'down' };

/** How {@link responsesLine} keeps its connection. */
export interface ResponsesLineOptions {
  /** One connection; see `responsesWire`. */
  readonly wire$: Observable<Wire>;
  readonly timeoutMs: number;
  /** The age from which an idle connection is replaced, ms. Default 55 min: the service closes it at 60. */
  readonly lifetimeMs?: number;
  /** Whether no other attempt can succeed after this error. */
  readonly isFinal: (error: unknown) => boolean;
  /** Called with a failure: the first of an outage, or the last of all. */
  readonly onDown: (error: unknown) => void;
}

const defaultLifetimeMs = 55 * 60_000;

/** The wait before a lost connection is opened again, ms: the server was there a moment ago. */
const afterLossMs = 50;

/** Thrown to replace a connection that is too old. */
class Aged extends Error {}

/**
 * The connection of one call, held while it is subscribed; all subscribers share it. One that is lost is opened again
 * after growing waits, one that is old is replaced while no response is being written.
 */
export function responsesLine({
  wire$,
  timeoutMs,
  lifetimeMs = defaultLifetimeMs,
  isFinal,
  onDown,
}: ResponsesLineOptions): Observable<LineState> {
  return defer(() => {
    const outage = new Outage(Infinity);
    let last: ResponsesSocket | undefined;
    let isReported = false;
    let isSingle = false;

    const socket$ = wire$.pipe(
      switchMap(wire => {
        const socket = new ResponsesSocket(wire, timeoutMs, isSingle);
        last = socket;
        isReported = false;
        outage.over();
        const aged$ = timer(lifetimeMs).pipe(
          switchMap(() => (socket.isIdle ? of(undefined) : socket.idle$)),
          take(1),
          switchMap(() => throwError(() => new Aged())),
        );
        return merge(socket.lost$, of<LineState>({ type: 'open', socket }), aged$);
      }),
    );

    return socket$.pipe(
      catchError((error: unknown, again$) => {
        isSingle ||= last?.isSingle ?? false;
        if (error instanceof Aged) return concat(of<LineState>({ type: 'opening' }), again$);
        const isOver = isFinal(error) || error instanceof MuteSocket;
        // A connection that was lost while it was idle is opened again without a notice.
        if (isOver || (!isReported && last?.wasBusy !== false)) {
          isReported = true;
          onDown(error);
        }
        // The server was there a moment ago: requests wait for the first attempt.
        const isSudden = last !== undefined && !isOver;
        const waitMs = outage.failed(isSudden ? { firstMs: afterLossMs } : {});
        last = undefined;
        const wait$ = isOver || waitMs === undefined ? NEVER : timer(waitMs).pipe(ignoreElements());
        return concat(of<LineState>({ type: isSudden ? 'opening' : 'down' }), wait$, again$);
      }),
      startWith<LineState>({ type: 'opening' }),
    );
  }).pipe(share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: true }));
}
