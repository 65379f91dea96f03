import type { ClientRequest, IncomingMessage } from 'node:http';
import { asyncScheduler, interval, Observable, Subject } from 'rxjs';
import { WebSocket } from 'ws';
import { RxvoiceError } from '../../errors.ts';
import type { DeepgramConnection, TransportFactory } from './deepgramConnection.ts';
import { brokenError, closedError, type DeepgramRequest, refusedError } from './deepgramError.ts';

/** The sending part of a socket of the SDK. */
export interface SdkSocket {
  connect: () => unknown;
  close: () => void;
}

/** A message as it came: JSON as the value it holds, audio as bytes. */
export type Incoming = ServerMessage | Uint8Array;

/** A JSON message; nothing in it is certain but that it is an object. */
export interface ServerMessage {
  readonly type?: string;
  readonly [field: string]: unknown;
}

/** An open connection. */
export interface OpenSocket<Socket> {
  /** The SDK's socket, to send with. */
  readonly socket: Socket;
  /** Sends bytes as they are, past the SDK: it runs once a frame of every call. */
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

/** How a socket is watched over. */
export interface SocketOptions {
  /** The longest the server may take to accept, and to give any sign of life once it did, ms. */
  readonly timeoutMs: number;
}

/** How long a server may take to say goodbye, ms. */
const closeGraceMs = 250;

/**
 * One connection to Deepgram: emits the open socket, completes when the server closed it after being asked to, errors
 * when it is refused or lost. Unsubscribing closes it.
 *
 * The SDK makes the address, the query and the headers and gives the methods to send with; the wire is ours, through
 * its `transportFactory`. Its own transport loses the reason of a refusal, hands audio over out of order with text,
 * reconnects behind our back, and does not notice a peer that is gone: here pings do, within `timeoutMs`.
 */
export const openSocket = <Socket extends SdkSocket>(
  connection: DeepgramConnection,
  request: DeepgramRequest,
  { timeoutMs }: SocketOptions,
  make: (client: ReturnType<DeepgramConnection['client']>) => Promise<Socket>,
): Observable<OpenSocket<Socket>> =>
  new Observable(subscriber => {
    const startedAt = asyncScheduler.now();
    const message$ = new Subject<Incoming>();
    const { who } = request;
    let sdkSocket: Socket | undefined;
    let ending = false;

    const fail = (error: RxvoiceError): void => {
      message$.complete();
      subscriber.error(error);
    };
    /** An error thrown by the SDK or `ws`: another attempt would fail the same way. */
    const refuse = (error: unknown): void => {
      const reason = error instanceof Error ? error.message : 'an unknown error';
      fail(
        RxvoiceError.is(error)
          ? error
          : new RxvoiceError(`${who}: the SDK does not accept the request: ${reason}`, {
              stage: request.stage,
            }),
      );
    };
    const finish = (): void => {
      message$.complete();
      subscriber.complete();
    };

    const connected = (url: string, headers: Record<string, string>): WebSocket => {
      try {
        return new WebSocket(url, { headers, perMessageDeflate: false, handshakeTimeout: timeoutMs });
      } catch (error) {
        // The SDK swallows errors that its factory throws.
        refuse(error);
        throw error;
      }
    };

    const transport: TransportFactory = async (url, headers) => {
      // The SDK attaches its listeners after the factory is done.
      await Promise.resolve();
      const wire = connected(url, headers);
      let sdkOpen = (): void => undefined;
      let sdkError: (error: Error) => void = () => undefined;
      let sdkClose: (event: { code: number; reason: string }) => void = () => undefined;
      let alive = true;
      const sign = (): void => void (alive = true);

      wire.on('open', () => {
        sdkOpen();
        const end = (send: (socket: Socket) => void): void => {
          ending = true;
          if (wire.readyState === WebSocket.OPEN) send(sdkSocket!);
        };
        const openMs = asyncScheduler.now() - startedAt;
        const sendBytes = (bytes: Uint8Array): void => wire.send(bytes);
        subscriber.next({
          socket: sdkSocket!,
          sendBytes,
          message$: message$.asObservable(),
          openMs,
          end,
          fail,
        });
      });
      wire.on('message', (data: Buffer, isBinary: boolean) => {
        sign();
        if (isBinary) message$.next(data);
        else {
          const message = parse(data.toString());
          if (message !== undefined) message$.next(message);
        }
      });
      wire.on('pong', sign);
      wire.on('ping', sign);
      wire.on('unexpected-response', (asked: ClientRequest, answer: IncomingMessage) => {
        const refused = (body: string): void => {
          asked.destroy();
          const header = (name: string): string | undefined => answer.headers[name]?.toString();
          const error = refusedError({ status: answer.statusCode ?? 0, header, body }, request);
          sdkError(error);
          fail(error);
        };
        readSome(answer, refused);
      });
      // Kept for good: a socket that is closed while it connects emits an error, which would otherwise have no listener.
      wire.on('error', (error: Error & { code?: string }) => {
        const what = /handshake has timed out/u.test(error.message)
          ? `did not answer within ${timeoutMs} ms`
          : wire.readyState === WebSocket.OPEN || error.code?.startsWith('WS_ERR_')
            ? 'broke off the connection'
            : `can not be reached (${error.code ?? error.message}): check the network and baseURL`;
        sdkError(error);
        fail(brokenError(what, request, error));
      });
      wire.on('close', (code: number, reason: Buffer) => {
        sdkClose({ code, reason: reason.toString() });
        // 1005 is a goodbye without a code.
        if (ending && (code === 1000 || code === 1005)) finish();
        else fail(closedError(code, reason.toString(), request));
      });

      subscriber.add(
        interval(timeoutMs / 2).subscribe({
          next: () => {
            // A server that says goodbye and stays is gone all the same.
            if (wire.readyState === WebSocket.CLOSING) wire.terminate();
            if (wire.readyState !== WebSocket.OPEN) return;
            if (!alive) return fail(brokenError(`gave no sign of life for ${timeoutMs} ms`, request));
            alive = false;
            wire.ping();
          },
          error: fail,
        }),
      );
      subscriber.add(() => hangUp(wire));
      return {
        send: data => wire.send(data as Uint8Array),
        onOpen: listener => void (sdkOpen = listener),
        onMessage: () => undefined,
        onError: listener => void (sdkError = listener),
        onClose: listener => void (sdkClose = listener as typeof sdkClose),
        isOpen: () => wire.readyState === WebSocket.OPEN,
        close: () => hangUp(wire),
      };
    };

    const open = async (): Promise<void> => {
      const socket = await make(connection.client({ transportFactory: transport }));
      if (subscriber.closed) return;
      sdkSocket = socket;
      subscriber.add(() => socket.close());
      socket.connect();
    };
    open().catch(refuse);
  });

/** Says goodbye and lets the connection go; a peer that doesn't answer isn't waited for. */
function hangUp(wire: WebSocket): void {
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
