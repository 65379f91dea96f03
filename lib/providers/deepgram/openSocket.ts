import { asyncScheduler, Observable, Subject } from 'rxjs';
import { WebSocket } from 'ws';
import { RxvoiceError } from '../../errors.ts';
import { hangUp, type Incoming, type OpenSocket, watchWire } from '../socket/wire.ts';
import type { DeepgramConnection, TransportFactory } from './deepgramConnection.ts';
import { brokenError, closedError, type DeepgramRequest, refusedError } from './deepgramError.ts';

/** The sending part of a socket of the SDK. */
export interface SdkSocket {
  connect: () => unknown;
  close: () => void;
}

/** How a socket is watched over. */
export interface SocketOptions {
  /** The longest the server may take to accept, and to give any sign of life once it did, ms. */
  readonly timeoutMs: number;
}

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

      subscriber.add(
        watchWire(wire, {
          timeoutMs,
          errors: {
            refused: answer => refusedError(answer, request),
            closed: (code, reason) => closedError(code, reason, request),
            broken: (what, cause) => brokenError(what, request, cause),
          },
          onOpen: () => {
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
          },
          onMessage: message => message$.next(message),
          isEnding: () => ending,
          onEnd: finish,
          onFail: fail,
          onError: error => sdkError(error),
          onClose: (code, reason) => sdkClose({ code, reason }),
        }),
      );
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
