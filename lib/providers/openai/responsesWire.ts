import type { ClientRequest, IncomingMessage } from 'node:http';
import { interval, Observable, Subject } from 'rxjs';
import { WebSocket } from 'ws';
import { type ErrorBody, errorIn } from './errorBody.ts';

/** An open WebSocket of the Responses API, as text messages. */
export interface Wire {
  readonly send: (text: string) => void;
  /** Messages, and `undefined` for any other sign of life. Hot; errors when the connection is lost. */
  readonly message$: Observable<string | undefined>;
}

/** How {@link responsesWire} connects. */
export interface ResponsesWireOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The longest time until the server accepts, and the longest without a sign of life after that, ms. */
  readonly timeoutMs: number;
  /** Makes the error of a connection that can't be opened. */
  readonly unreachable: (cause: Error) => unknown;
  /** Makes the error of an upgrade that the server refuses. */
  readonly refused: (error: ErrorBody & { readonly status: number }, headers: Headers) => unknown;
}

/** The connection is gone. Its code makes `retryBeforeFirst` retry at once. */
export class WireLost extends Error {
  readonly code = 'ECONNRESET';
}

/** How long a server may take to close its side, ms. */
const closeGraceMs = 250;

/** How much of the body of a refusal is read, bytes. */
const longestRefusal = 4_096;

/**
 * One WebSocket: emits the wire when it is open, errors when it is refused or lost, and closes it when it is
 * unsubscribed. Pings find a peer that is gone. (The SDK has `ResponsesWS`, but it hides the reason of a refusal and
 * whether the peer still answers.)
 */
export const responsesWire = ({
  url,
  headers,
  timeoutMs,
  unreachable,
  refused,
}: ResponsesWireOptions): Observable<Wire> =>
  new Observable(subscriber => {
    const message$ = new Subject<string | undefined>();
    const fail = (error: unknown): void => {
      if (message$.observed) message$.error(error);
      subscriber.error(error);
    };
    const socket = new WebSocket(url, { headers, perMessageDeflate: false, handshakeTimeout: timeoutMs });
    let isOpen = false;
    let isAlive = true;
    const sign = (): void => {
      isAlive = true;
      message$.next(undefined);
    };

    socket.on('open', () => {
      isOpen = true;
      subscriber.next({ send: text => socket.send(text), message$: message$.asObservable() });
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      isAlive = true;
      if (!isBinary) message$.next(data.toString());
    });
    socket.on('ping', sign);
    socket.on('pong', () => void (isAlive = true));
    socket.on('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
      readSome(response, body => {
        request.destroy();
        const status = response.statusCode ?? 0;
        fail(refused({ message: '', ...errorIn(parsed(body), true), status }, headersOf(response)));
      });
    });
    // Kept until the end: a socket that is closed while it connects reports an error that no part of the program needs.
    socket.on('error', (error: Error) => fail(isOpen ? new WireLost(error.message) : unreachable(error)));
    socket.on('close', (code: number) => fail(new WireLost(`The WebSocket was closed (${code}).`)));

    subscriber.add(
      interval(timeoutMs / 2).subscribe({
        next: () => {
          if (socket.readyState !== WebSocket.OPEN) return;
          if (!isAlive) return fail(new WireLost(`No sign of life for ${timeoutMs} ms.`));
          isAlive = false;
          socket.ping();
        },
        error: fail,
      }),
    );
    subscriber.add(() => hangUp(socket));
  });

/** Closes the socket; a peer that does not answer is not waited for. */
function hangUp(socket: WebSocket): void {
  if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
  if (socket.readyState !== WebSocket.OPEN) return;
  const timer = setTimeout(() => socket.terminate(), closeGraceMs);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  socket.close(1000);
}

/** Reads the start of a refusal's body, for at most a second. */
function readSome(response: IncomingMessage, done: (body: string) => void): void {
  let body = '';
  const finish = (): void => {
    clearTimeout(timer);
    response.off('data', read).off('end', finish).off('close', finish).off('error', finish);
    response.on('error', () => undefined);
    done(body);
  };
  const read = (part: string): void => {
    body += part;
    if (body.length >= longestRefusal) finish();
  };
  const timer = setTimeout(finish, 1_000);
  response
    .setEncoding('utf8')
    .on('data', read)
    .once('end', finish)
    .once('close', finish)
    .once('error', finish);
}

const headersOf = ({ headers }: IncomingMessage): Headers =>
  new Headers(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as [string, string]] : [],
    ),
  );

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
