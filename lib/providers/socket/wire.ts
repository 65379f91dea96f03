import type { ClientRequest, IncomingMessage } from 'node:http';
import { interval, type Observable, Subscription } from 'rxjs';
import { WebSocket } from 'ws';
import type { RxvoiceError } from '../../errors.ts';
import type { RefusedAnswer } from './refusal.ts';

/** A message as it came: JSON as the value it holds, audio as bytes. */
export type Incoming = ServerMessage | Uint8Array;

/** A JSON message; nothing in it is certain but that it is an object. */
export interface ServerMessage {
  readonly type?: string;
  readonly [field: string]: unknown;
}

/** An open connection. */
export interface OpenSocket<Socket> {
  /** The socket to send with; the SDK's own, where an SDK makes the messages. */
  readonly socket: Socket;
  /** Sends audio past the SDK, since it is sent once a frame of every call. */
  readonly sendBytes: (bytes: Uint8Array) => void;
  /** All that comes, in order. Hot; completes when the connection is over, however it ended. */
  readonly message$: Observable<Incoming>;
  /** How long it took to open, ms. */
  readonly openMs: number;
  /** Marks the next message as the last: when the server closes after it, that is the end and not a loss. */
  readonly end: (send: (socket: Socket) => void) => void;
  /** Gives the connection up with this error. */
  readonly fail: (error: RxvoiceError) => void;
  /** Stops the keep-alive. Returns the length of the silence that it sent, ms. */
  readonly takeOver?: () => number;
}

/** A field of a message as words for a person. */
export const words = (field: unknown): string =>
  typeof field === 'string' ? field.slice(0, 200) : 'without a word';

/** Errors of a connection, in the words of its provider. */
export interface SocketErrors {
  readonly refused: (answer: RefusedAnswer) => RxvoiceError;
  readonly closed: (code: number, reason: string) => RxvoiceError;
  /** `what`: a verb phrase after the provider's name, such as "broke off the connection". */
  readonly broken: (what: string, cause?: unknown) => RxvoiceError;
}

/** The listeners of {@link watchWire}. */
export interface WireEvents {
  /** The longest the server may take to accept, and to give any sign of life once it did, ms. */
  readonly timeoutMs: number;
  readonly errors: SocketErrors;
  readonly onOpen: () => void;
  readonly onMessage: (message: Incoming) => void;
  /** Whether the server was asked to close. */
  readonly isEnding: () => boolean;
  /** The server closed after it was asked to. */
  readonly onEnd: () => void;
  /** The connection is lost, refused, or could not be opened. */
  readonly onFail: (error: RxvoiceError) => void;
  /** Called before `onFail` and `onEnd`, for an SDK with listeners of its own. */
  readonly onError?: (error: Error) => void;
  readonly onClose?: (code: number, reason: string) => void;
}

/** How long a server may take to say goodbye, ms. */
const closeGraceMs = 250;

/**
 * Watches a WebSocket until the returned subscription ends, which hangs up: reads its messages in order and the reason
 * of a refusal, and detects a peer that is gone by pings, within `timeoutMs`.
 */
export function watchWire(wire: WebSocket, events: WireEvents): Subscription {
  const { timeoutMs, errors, onFail, onMessage } = events;
  let alive = true;
  const sign = (): void => void (alive = true);
  wire.on('open', events.onOpen);
  wire.on('message', (data: Buffer, isBinary: boolean) => {
    sign();
    const message = isBinary ? data : parse(data.toString());
    if (message !== undefined) onMessage(message);
  });
  wire.on('pong', sign);
  wire.on('ping', sign);
  wire.on('unexpected-response', (asked: ClientRequest, answer: IncomingMessage) =>
    readSome(answer, body => {
      asked.destroy();
      const header = (name: string): string | undefined => answer.headers[name]?.toString();
      const error = errors.refused({ status: answer.statusCode ?? 0, header, body });
      events.onError?.(error);
      onFail(error);
    }),
  );
  // Kept for good: a socket that is closed while it connects emits an error, which would otherwise have no listener.
  wire.on('error', (error: Error & { code?: string }) => {
    const what = /handshake has timed out/u.test(error.message)
      ? `did not answer within ${timeoutMs} ms`
      : wire.readyState === WebSocket.OPEN || error.code?.startsWith('WS_ERR_')
        ? 'broke off the connection'
        : `can not be reached (${error.code ?? error.message}): check the network and baseURL`;
    events.onError?.(error);
    onFail(errors.broken(what, error));
  });
  wire.on('close', (code: number, reason: Buffer) => {
    events.onClose?.(code, reason.toString());
    // 1005 is a goodbye without a code.
    if (events.isEnding() && (code === 1000 || code === 1005)) events.onEnd();
    else onFail(errors.closed(code, reason.toString()));
  });
  const watching = interval(timeoutMs / 2).subscribe({
    next: () => {
      // A server that says goodbye and stays is gone all the same.
      if (wire.readyState === WebSocket.CLOSING) wire.terminate();
      if (wire.readyState !== WebSocket.OPEN) return;
      if (!alive) return onFail(errors.broken(`gave no sign of life for ${timeoutMs} ms`));
      alive = false;
      wire.ping();
    },
    error: onFail,
  });
  watching.add(() => hangUp(wire));
  return watching;
}

/** Says goodbye and lets the connection go; a peer that doesn't answer isn't waited for. */
export function hangUp(wire: WebSocket): void {
  if (wire.readyState === WebSocket.CONNECTING) wire.terminate();
  if (wire.readyState !== WebSocket.OPEN) return;
  const timer = setTimeout(() => wire.terminate(), closeGraceMs);
  timer.unref();
  wire.once('close', () => clearTimeout(timer));
  wire.close(1000);
}

/** Reads the body of a refusal, at most 4 KB of it and for at most a second. */
function readSome(answer: IncomingMessage, done: (body: string) => void): void {
  let body = '';
  let over = false;
  const finish = (): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    done(body.slice(0, 4096));
  };
  const timer = setTimeout(finish, 1000);
  answer.setEncoding('utf8');
  answer.on('data', (part: string) => {
    body += part;
    if (body.length > 4096) finish();
  });
  answer.on('end', finish);
  answer.on('close', finish);
  answer.on('error', finish);
}

function parse(text: string): ServerMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as ServerMessage) : undefined;
  } catch {
    return undefined;
  }
}
