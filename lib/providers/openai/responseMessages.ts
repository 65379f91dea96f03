import type { OperatorFunction } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import { each } from '../../rx/each.ts';
import { type ErrorBody, errorIn } from './errorBody.ts';
import type { ResponseMessage } from './responseChunks.ts';
import type { ServerEvent } from './serverEvents.ts';

/**
 * The events of a response in an event stream; or the whole response, from a server that does not stream. Errors in
 * any form become errors of the stream: `refused` makes them.
 */
export const responseMessages = (
  who: string,
  refused: (error: ErrorBody) => unknown,
): OperatorFunction<ServerEvent, ResponseMessage> =>
  each((event): readonly ResponseMessage[] => {
    if (event.type === 'body') return [wholeOf(event.text, who, refused)];
    const { data, cut } = event;
    if (data.trim() === '' || data.startsWith('[DONE]')) return [];
    const value = parsed(data);
    // The connection ended within this event.
    if (value === undefined && cut) return [];
    const error = value === undefined && event.event === 'error' ? errorIn(data, true) : undefined;
    if (error) throw refused(error);
    if (value === undefined) throw new SyntaxError('An event is not JSON.');
    return isObject(value) ? [{ ...(event.event !== undefined && { type: event.event }), ...value }] : [];
  });

function wholeOf(text: string, who: string, refused: (error: ErrorBody) => unknown): ResponseMessage {
  const body = parsed(text);
  if (isObject(body) && Array.isArray(body['output'])) return { ...body, object: 'response' };
  const error = errorIn(body, true);
  if (error) throw refused(error);
  if (/^\s*</u.test(text))
    throw new RxvoiceError(`${who} sent a page (HTML) instead of an answer: check baseURL.`, {
      stage: 'llm',
    });
  throw new SyntaxError('The answer is no response.');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
