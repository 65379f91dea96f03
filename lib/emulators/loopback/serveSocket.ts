import { defer, type MonoTypeOperatorFunction, Observable, type OperatorFunction, share, tap } from 'rxjs';
import type { WebSocket } from 'ws';
import type { Connection } from './connection.ts';
import { faulty } from './faulty.ts';
import type { ClientFrame, ServerFrame } from './frames.ts';

/** The protocol of a service: maps the clients' messages to its own. Its state is its subscription's. */
export type Protocol = OperatorFunction<ClientFrame, ServerFrame>;

/** Speaks a protocol over a WebSocket until either side ends it. */
export function serveSocket(
  socket: WebSocket,
  protocol: Protocol,
  { fate, strike$, log }: Connection,
  errorFrames: readonly ServerFrame[],
): void {
  let endedByUs = false;
  const subscription = framesOf(socket)
    .pipe(
      logged(log),
      share(),
      protocol,
      faulty({ rule: fate.stream, strike$, errorFrames, onStrike: fault => log({ type: 'fault', fault }) }),
    )
    .subscribe({
      next: frame => {
        if (frame.type === 'close' || frame.type === 'cut') endedByUs = true;
        send(socket, frame, log);
      },
      error: () => socket.terminate(),
    });
  socket.on('error', () => undefined); // 'close' follows
  socket.once('close', code => {
    subscription.unsubscribe();
    log({ type: 'closed', by: endedByUs ? 'server' : 'client', code });
  });
}

const framesOf = (socket: WebSocket): Observable<ClientFrame> =>
  new Observable<ClientFrame>(subscriber => {
    const onMessage = (data: Buffer, isBinary: boolean): void =>
      subscriber.next(isBinary ? { type: 'binary', bytes: data } : { type: 'text', text: data.toString() });
    const onPing = (): void => subscriber.next({ type: 'ping' });
    socket.on('message', onMessage);
    socket.on('ping', onPing);
    return () => {
      socket.off('message', onMessage);
      socket.off('ping', onPing);
    };
  });

/** Reports the client's messages and its first audio. */
const logged =
  (log: Connection['log']): MonoTypeOperatorFunction<ClientFrame> =>
  frame$ =>
    defer(() => {
      let heard = false;
      return frame$.pipe(
        tap(frame => {
          const isAudio = frame.type === 'binary' || (frame.type === 'text' && isAudioEvent(frame.text));
          if (frame.type === 'text' && !isAudio)
            log({ type: 'received', message: parsed(frame.text) ?? { text: frame.text } });
          if (!isAudio || heard) return;
          heard = true;
          log({ type: 'hearing' });
        }),
      );
    });

/** Whether a message is audio of OpenAI's Realtime API, too long and too frequent for a log. */
const isAudioEvent = (text: string): boolean => text.slice(0, 200).includes('"input_audio_buffer.append"');

/** A message of the client, unless it is not JSON. */
export function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function send(socket: WebSocket, frame: ServerFrame, log: Connection['log']): void {
  if (socket.readyState !== socket.OPEN) return;
  switch (frame.type) {
    case 'json':
      log({ type: 'sent', message: frame.message as Record<string, unknown> });
      return socket.send(JSON.stringify(frame.message));
    case 'text':
      return socket.send(frame.text);
    case 'binary':
      return socket.send(frame.bytes);
    case 'close':
      return socket.close(frame.code, frame.reason);
    case 'raw':
      return void tcpOf(socket).write(frame.bytes);
    case 'cut':
      return void tcpOf(socket).destroy();
    case 'freeze':
      return socket.pause();
  }
}

/** The connection below a WebSocket, which `ws` keeps to itself. */
const tcpOf = (socket: WebSocket): import('node:net').Socket =>
  (socket as unknown as { _socket: import('node:net').Socket })._socket;
