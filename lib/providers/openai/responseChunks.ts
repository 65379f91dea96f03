import type { OperatorFunction } from 'rxjs';
import { each } from '../../rx/each.ts';
import type { CompletionChunk } from './completionEvents.ts';
import { type ErrorBody, errorIn } from './errorBody.ts';
import { type AttachedItem, sentBack } from './responseItems.ts';

/** An event of a response, whichever transport it came by. Only its type is certain. */
export interface ResponseMessage {
  readonly type?: unknown;
  readonly [field: string]: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** How {@link responseChunks} reads. */
export interface ResponseChunksOptions {
  /** Makes the error of a refusal or a failure; `headers` are those in the error of a WebSocket. */
  readonly refused: (error: ErrorBody, headers?: unknown) => unknown;
  /** Called with the id of a response that is complete and can be continued. */
  readonly onComplete?: (id: string) => void;
}

/** The types of events after which nothing more comes of a response. */
export const isLast = ({ type }: ResponseMessage): boolean =>
  type === 'response.completed' ||
  type === 'response.incomplete' ||
  type === 'response.failed' ||
  type === 'response.cancelled' ||
  type === 'error';

/**
 * The events of a response as the chunks of a chat completion, which say the same: words, refusals, calls of tools with
 * the reasoning before them, the end and the usage. A whole response in one piece is read as well, for servers that do
 * not stream. Unknown events are passed over; a failure becomes an error of the stream.
 */
export const responseChunks =
  ({
    refused,
    onComplete = () => undefined,
  }: ResponseChunksOptions): OperatorFunction<ResponseMessage, CompletionChunk> =>
  message$ => {
    const reader = new ResponseReader(refused, onComplete);
    return message$.pipe(each(message => reader.read(message)));
  };

class ResponseReader {
  readonly #refused: ResponseChunksOptions['refused'];
  readonly #onComplete: (id: string) => void;
  /** Items that were passed on already, by index, id and call: servers leave out one or another. */
  readonly #known = new Set<string>();
  #calls = 0;
  #reasoning: AttachedItem[] = [];

  constructor(refused: ResponseChunksOptions['refused'], onComplete: (id: string) => void) {
    this.#refused = refused;
    this.#onComplete = onComplete;
  }

  read(message: ResponseMessage): readonly CompletionChunk[] {
    const { type, item, output_index: index } = message;
    switch (type) {
      case 'response.output_text.delta':
        return this.#said(message, 'content');
      case 'response.refusal.delta':
        return this.#said(message, 'refusal');
      case 'response.output_item.done':
        return this.#item(item, index);
      case 'response.completed':
      case 'response.incomplete':
        return this.#end(fieldsOf(message['response']));
      case 'response.failed':
        throw this.#refused(failureIn(fieldsOf(message['response'])));
      case 'response.cancelled':
        return [{ choices: [{ finish_reason: 'cancelled' }] }];
      case 'error':
        throw this.#refused(errorOf(message), fieldsOf(message['error'])['headers']);
    }
    // Not an event, but a whole response, or an error in a form of the server's own.
    if (message['object'] === 'response') return this.#end(message);
    const error = type === undefined ? errorIn(message) : undefined;
    if (error) throw this.#refused(error);
    return [];
  }

  #said(message: ResponseMessage, field: 'content' | 'refusal'): readonly CompletionChunk[] {
    const { delta, output_index: index, item_id: id } = message;
    this.#note({ index, id });
    return typeof delta === 'string' ? [{ choices: [{ delta: { [field]: delta } }] }] : [];
  }

  /** An item that is complete: a call, or words whose pieces were not sent. */
  #item(given: unknown, index: unknown): readonly CompletionChunk[] {
    const item = fieldsOf(given);
    const keys = { index, id: item['id'], call: item['call_id'] };
    // Some servers repeat the id of a call: it counts only where an item has nothing else.
    const [key] = keysOf(keys);
    if (key !== undefined && this.#known.has(key)) return [];
    this.#note(keys);
    switch (item['type']) {
      case 'reasoning':
        this.#reasoning.push(...sentBack(item));
        return [];
      case 'function_call': {
        const before = this.#reasoning;
        this.#reasoning = [];
        const call = {
          index: this.#calls++,
          id: textOf(item['call_id']) ?? textOf(item['id']) ?? null,
          function: { name: textOf(item['name']) ?? null, arguments: item['arguments'] },
          ...(before.length > 0 && { before }),
        };
        return [{ choices: [{ delta: { tool_calls: [call] } }] }];
      }
      case 'message': {
        const { content } = item;
        return Array.isArray(content) ? [{ choices: [{ delta: { content } }] }] : [];
      }
      default:
        return [];
    }
  }

  #note(keys: ItemKeys): void {
    for (const key of keysOf(keys)) this.#known.add(key);
  }

  #end(response: Fields): readonly CompletionChunk[] {
    const { id, status, output, usage, incomplete_details: details } = response;
    if (status === 'failed') throw this.#refused(failureIn(response));
    const items = Array.isArray(output) ? (output as readonly unknown[]) : [];
    const before = new Set(this.#known);
    const rest = items.flatMap((item, index) => {
      const { id, call_id: call } = fieldsOf(item);
      const [key] = keysOf({ index: undefined, id, call });
      return key !== undefined && before.has(key) ? [] : this.#item(item, index);
    });
    const reason = status === 'incomplete' ? (textOf(fieldsOf(details)['reason']) ?? 'length') : 'stop';
    if (reason === 'stop' && typeof id === 'string') this.#onComplete(id);
    return [...rest, { choices: [{ finish_reason: reason }], usage: usageOf(usage), done: true }];
  }
}

interface ItemKeys {
  readonly index: unknown;
  readonly id: unknown;
  readonly call?: unknown;
}

const keysOf = (keys: ItemKeys): string[] =>
  Object.entries(keys).flatMap(([kind, key]) =>
    typeof key === 'string' || typeof key === 'number' ? [`${kind} ${key}`] : [],
  );

/** The cost of a response. */
interface ResponseUsage {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly input_tokens_details?: { readonly cached_tokens?: number } | null;
  readonly output_tokens_details?: { readonly reasoning_tokens?: number } | null;
}

function usageOf(usage: unknown): NonNullable<CompletionChunk['usage']> | null {
  if (typeof usage !== 'object' || usage === null) return null;
  const { input_tokens, output_tokens, input_tokens_details, output_tokens_details } = usage as ResponseUsage;
  return {
    ...(input_tokens !== undefined && { prompt_tokens: input_tokens }),
    ...(output_tokens !== undefined && { completion_tokens: output_tokens }),
    ...(input_tokens_details && { prompt_tokens_details: input_tokens_details }),
    ...(output_tokens_details && { completion_tokens_details: output_tokens_details }),
  };
}

/** Errors of a response that failed, by their codes: the HTTP status that means the same. */
const statuses: Readonly<Record<string, number>> = { rate_limit_exceeded: 429, server_is_overloaded: 503 };

function failureIn({ error }: Fields): ErrorBody {
  const body = errorIn({ error }, true) ?? { message: 'The response failed.' };
  const status = body.status ?? statuses[body.code ?? ''];
  return { ...body, ...(status !== undefined && { status }) };
}

/** The error of an event: nested with a status as the WebSocket sends it, or flat as its type has it. */
export function errorOf(message: ResponseMessage): ErrorBody {
  const { status, error, code } = message;
  const body = errorIn(
    error == null ? { ...message, type: undefined, object: 'error' } : { error },
    true,
  ) ?? {
    message: 'The server reports an error.',
  };
  const known = typeof status === 'number' ? status : (body.status ?? statuses[String(body.code ?? code)]);
  return { ...body, ...(known !== undefined && { status: known }) };
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
