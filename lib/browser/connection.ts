import {
  debounceTime,
  defer,
  fromEvent,
  map,
  Observable,
  race,
  retry,
  startWith,
  Subject,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { HelloMessage, ServerMessage } from '../protocol/protocol.ts';
import { CallError, closeError } from './callError.ts';

/** Input from a connection: messages, audio, and its loss and retries. */
export type Incoming =
  | ServerMessage
  | { readonly type: 'audio'; readonly bytes: ArrayBuffer }
  /** `again`: the server was there before. */
  | { readonly type: 'connecting'; readonly again: boolean };

/** How {@link connection} connects. */
export interface ConnectionOptions {
  /** Where the server takes calls, relative to the page. */
  readonly url: string;
  /** The first message: for a new call, or to go on with one. */
  readonly hello: () => Observable<HelloMessage>;
  /** How long a lost connection is tried again, ms. */
  readonly resumeMs: () => number;
  /** Receives the open connection, over which the session sends; `undefined` while there is none. */
  readonly attach: (line: OpenConnection | undefined) => void;
}

/** A connection that is there. */
export interface OpenConnection {
  send(message: string | Int16Array | Uint8Array): void;
  /** Gives it up: another is made. */
  drop(): void;
}

/** How long is waited before another attempt, ms: at first, and at most. */
const firstWaitMs = 150;
const longestWaitMs = 2_000;

/** The server sends a sign of life once a second; longer silence means a lost connection. */
const silentMs = 4_000;

/** Closes a connection that is given up, and not the call. */
const lostCode = 4_000;

/**
 * A connection to the server that comes back: it is tried again, at growing intervals and at once when the browser says
 * that it is online, for as long as the server keeps the call. Completes when the call is over; errors with a
 * `CallError`. Unsubscribing hangs up.
 */
export const connection = ({ url, hello, resumeMs, attach }: ConnectionOptions): Observable<Incoming> =>
  defer(() => {
    let lostAt: number | undefined;
    let waitMs = firstWaitMs;
    let welcomed = false;
    return defer(() => socket(url, hello, attach, welcomed)).pipe(
      tap(message => {
        if (message.type !== 'welcome') return;
        // Only now is it a server's, and no proxy's that takes connections for one that is gone.
        welcomed = true;
        lostAt = undefined;
        waitMs = firstWaitMs;
      }),
      retry({
        delay: (error: unknown) => {
          if (error instanceof CallError) return throwError(() => error);
          lostAt ??= performance.now();
          if (performance.now() - lostAt > resumeMs())
            return throwError(() => new CallError('network', unreachable(url, welcomed)));
          const wait$ = timer(waitMs);
          waitMs = Math.min(longestWaitMs, 2 * waitMs);
          return race(wait$, fromEvent(window, 'online'));
        },
      }),
    );
  });

const unreachable = (url: string, welcomed: boolean): string =>
  welcomed
    ? 'The server can’t be reached.'
    : `No server answers at ${url}. Is it running, and is the path right?`;

/** The connection was lost, without a word that would forbid another. */
class Lost extends Error {}

const socket = (
  url: string,
  hello: ConnectionOptions['hello'],
  attach: ConnectionOptions['attach'],
  again: boolean,
): Observable<Incoming> =>
  new Observable<Incoming>(subscriber => {
    subscriber.next({ type: 'connecting', again });
    const socket = opened(url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      subscriber.add(
        hello()
          .pipe(map(asText))
          .subscribe({
            next: text => socket.send(text),
            error: (error: unknown) => subscriber.error(error),
          }),
      );
    };
    socket.onmessage = ({ data }: { readonly data: string | ArrayBuffer }) => {
      if (typeof data !== 'string') return subscriber.next({ type: 'audio', bytes: data });
      const message = JSON.parse(data) as ServerMessage;
      // From here on audio may be sent; `never`, because its type is too narrow.
      if (message.type === 'welcome')
        attach({
          send: (sent: never) => socket.readyState === WebSocket.OPEN && socket.send(sent),
          drop,
        });
      subscriber.next(message);
    };
    socket.onclose = ({ code, reason }) => {
      attach(undefined);
      if (code === 1000) return subscriber.complete();
      subscriber.error(closeError(code, reason) ?? new Lost());
    };
    const drop = (): void => {
      // Not with 1000, the word for hanging up.
      socket.onclose = null;
      socket.close(lostCode);
      subscriber.error(new Lost());
    };
    // A connection over which nothing comes any more is dead, whatever the browser thinks of it.
    const alive$ = new Subject<void>();
    subscriber.add(alive$.pipe(startWith(undefined), debounceTime(silentMs)).subscribe(drop));
    socket.addEventListener('message', () => alive$.next());
    return () => {
      attach(undefined);
      socket.onclose = null;
      socket.close(1000);
    };
  });

/** A socket to this address, in WebSocket's own scheme. */
function opened(url: string): WebSocket {
  try {
    const absolute = new URL(url, location.href);
    absolute.protocol = absolute.protocol.replace('http', 'ws');
    return new WebSocket(absolute, 'rxvoice.v1');
  } catch (cause) {
    throw new CallError('network', `The url ${url} can’t be called.`, cause);
  }
}

function asText(message: HelloMessage): string {
  try {
    return JSON.stringify(message);
  } catch (cause) {
    throw new CallError('malformed', 'The call’s data is not JSON.', cause);
  }
}
