import { setImmediate } from 'node:timers/promises';
import { type Observable, throwError, timeout } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import type { Message } from '../../llm/message.ts';
import { fromAbortable } from '../../rx/abortable.ts';
import { serverEvents, type ServerEvent } from './serverEvents.ts';

/** How {@link streamedAnswer} asks. */
export interface StreamedAnswerOptions {
  /** Sends the request; resolves with its headers. */
  readonly send: (signal: AbortSignal) => Promise<Response>;
  readonly messages: readonly Message[];
  readonly timeoutMs: number;
  /** The server's name, for messages. */
  readonly who: string;
  readonly onHeaders: (headers: Headers) => void;
}

/** How long a server may send comments only, ms. */
const longestThoughtMs = 120_000;

/** The events of an answer that is streamed over HTTP. Unsubscribing closes the connection. */
export const streamedAnswer = ({
  send,
  messages,
  timeoutMs,
  who,
  onHeaders,
}: StreamedAnswerOptions): Observable<ServerEvent> =>
  fromAbortable(async signal => {
    // The request that called the tools is just over: a moment later its connection is free.
    if (messages.at(-1)?.role === 'tool') await setImmediate();
    // Not the SDK's events: it keeps comments to itself, and they are signs of life.
    const response = await send(signal);
    onHeaders(response.headers);
    return (response.body ?? []) as unknown as AsyncIterable<Uint8Array>;
  }).pipe(
    // The SDK's own timeout ends with the headers.
    timeout({ each: timeoutMs }),
    serverEvents(),
    timeout({ each: longestThoughtMs, with: () => throwError(() => onlyComments(who)) }),
  );

const onlyComments = (who: string): RxvoiceError =>
  new RxvoiceError(`${who} sent comments but no answer for ${longestThoughtMs / 1000} s.`, { stage: 'llm' });
