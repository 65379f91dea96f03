import type { OperatorFunction } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import { each } from '../../rx/each.ts';
import type { CompletionChunk } from './completionEvents.ts';
import { type ErrorBody, errorIn } from './errorBody.ts';
import type { ServerEvent } from './serverEvents.ts';

/**
 * The chunks of a streamed chat completion in a server's response: the events of a stream, or a whole completion in one
 * piece from a server that does not stream. Errors in it, in any form, become errors of the stream: `refused` makes
 * them.
 */
export const completionChunks = (
  who: string,
  refused: (error: ErrorBody) => unknown,
): OperatorFunction<ServerEvent, CompletionChunk> =>
  each((event): readonly CompletionChunk[] => {
    if (event.type === 'body') return [wholeOf(event.text, who, refused)];
    const { data, cut } = event;
    if (data.startsWith('[DONE]')) return [{ done: true }];
    if (data.trim() === '') return [];
    const isError = event.event === 'error';
    const chunk = parsed(data);
    // Half an event is none: the connection ended there.
    if (chunk === undefined && cut) return [];
    const error = errorIn(chunk ?? (isError ? data : undefined), isError);
    if (error) throw refused(error);
    if (chunk === undefined) throw new SyntaxError('An event is not JSON.');
    // A server may send any JSON: values that are no objects are ignored.
    const value: unknown = chunk;
    return typeof value === 'object' && value !== null ? [chunk] : [];
  });

function wholeOf(text: string, who: string, refused: (error: ErrorBody) => unknown): CompletionChunk {
  const body = parsed(text);
  const isAnswer = Array.isArray(body?.choices);
  const error = errorIn(body, !isAnswer);
  if (error) throw refused(error);
  if (isAnswer) return { ...body, done: true };
  if (/^\s*</u.test(text))
    throw new RxvoiceError(`${who} sent a page (HTML) instead of an answer: check baseURL.`, {
      stage: 'llm',
    });
  throw new SyntaxError('The answer is no chat completion.');
}

function parsed(text: string): CompletionChunk | undefined {
  try {
    return JSON.parse(text) as CompletionChunk;
  } catch {
    return undefined;
  }
}
