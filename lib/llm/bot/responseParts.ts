import { createParser } from 'eventsource-parser';
import { defer, EMPTY, from, type Observable, throwError } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import { each } from '../../rx/each.ts';
import type { BotPart } from './bot.ts';
import { streamParts } from './streamParts.ts';

/**
 * The parts of a chat route's response: text as it comes, or the JSON of each server-sent event (`text/event-stream`, as
 * the AI SDK's and OpenAI's routes send). A whole JSON body is one part. Unsubscribing cancels the body.
 *
 * @throws RxvoiceError (through the stream) with the status of a response that is not OK; 408, 429 and 5xx may be retried.
 */
export const responseParts = (response: Response): Observable<BotPart> =>
  defer(() => {
    const { ok, status, headers, body } = response;
    if (!ok) {
      void body?.cancel();
      return throwError(() => failed(status));
    }
    if (body === null) return EMPTY;
    const type = headers.get('content-type') ?? '';
    if (type.includes('json')) return from(response.json() as Promise<BotPart>);
    const text = body.pipeThrough(new TextDecoderStream());
    if (!type.includes('event-stream')) return streamParts<BotPart>(text);
    let parts: BotPart[] = [];
    const parser = createParser({ onEvent: ({ data }) => data === '[DONE]' || parts.push(parsed(data)) });
    return streamParts(text).pipe(
      each(piece => {
        parts = [];
        parser.feed(piece);
        return parts;
      }),
    );
  });

const failed = (status: number): RxvoiceError =>
  new RxvoiceError(`The chat route answered with status ${status}. Read the route's own log.`, {
    stage: 'llm',
    retryable: status === 408 || status === 429 || status >= 500,
  });

function parsed(data: string): BotPart {
  try {
    return JSON.parse(data) as BotPart;
  } catch {
    throw new RxvoiceError('The chat route sent a server-sent event whose data is not JSON.', {
      stage: 'llm',
    });
  }
}
