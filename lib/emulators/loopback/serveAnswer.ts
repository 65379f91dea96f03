import type { ServerResponse } from 'node:http';
import { type Observable } from 'rxjs';
import type { Connection } from './connection.ts';
import { faulty } from './faulty.ts';
import type { ServerFrame } from './frames.ts';

/** The response of {@link serveAnswer}. */
export interface Answer {
  readonly frame$: Observable<ServerFrame>;
  /** How a message is written. Default: an event of an event stream, in two pieces where it could be split. */
  readonly headers: Readonly<Record<string, string>>;
  readonly errorFrames?: readonly ServerFrame[];
  readonly garbage?: ServerFrame;
}

/** Streams the body of an answer until it is over or the client hangs up. The headers go out with the first of it. */
export function serveAnswer(
  response: ServerResponse,
  { frame$, headers, errorFrames = [], garbage }: Answer,
  { fate, strike$, log }: Connection,
): void {
  const begin = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, headers);
    response.flushHeaders();
  };
  const subscription = frame$
    .pipe(
      faulty({
        rule: fate.stream,
        strike$,
        errorFrames,
        ...(garbage && { garbage }),
        onStrike: fault => {
          begin();
          log({ type: 'fault', fault });
        },
      }),
    )
    .subscribe({
      next: frame => {
        begin();
        if (frame.type === 'cut') log({ type: 'closed', by: 'server' });
        write(response, frame);
      },
      error: () => response.destroy(),
      complete: () => {
        begin();
        response.end();
      },
    });
  response.once('close', () => subscription.unsubscribe());
}

function write(response: ServerResponse, frame: ServerFrame): void {
  switch (frame.type) {
    case 'json':
      return split(
        response,
        Buffer.from(
          `${frame.event ? `event: ${frame.event}\n` : ''}data: ${JSON.stringify(frame.message)}\n\n`,
        ),
      );
    case 'text':
      return void response.write(frame.text);
    case 'binary':
    case 'raw':
      return void response.write(frame.bytes);
    case 'close':
      return void response.end();
    case 'cut':
      return void response.destroy();
    case 'freeze':
      return void response.socket?.pause();
  }
}

/** Writes an event, every other one in two pieces: in the middle of a character where it has one of several bytes. */
function split(response: ServerResponse, event: Buffer): void {
  const inCharacter = event.findIndex(byte => byte >= 0xc0) + 1;
  const at = inCharacter > 0 ? inCharacter : event.length % 2 === 0 ? event.length >> 1 : 0;
  if (at > 0) response.write(event.subarray(0, at));
  response.write(event.subarray(at));
}
