import { randomUUID } from 'node:crypto';
import type { Delta } from './completion.ts';
import type { ResponseItem, ResponseRequest } from './responseItem.ts';

/** An event of a response. */
export type ResponseEvent = Readonly<Record<string, unknown>> & { readonly type: string };

/** How a response ends: the finish reason and the usage of a chat completion. */
export interface ResponseEnding {
  readonly finishReason: string;
  readonly usage: object;
}

/** An item while it is written. */
interface Open {
  readonly item: Record<string, unknown> & { readonly id: string };
  text: string;
}

/**
 * Writes the events of one response from the pieces of a chat completion: items are added when their first piece comes,
 * and done when the next one begins.
 */
export class ResponseWriter {
  readonly id = newId('resp');
  readonly #request: ResponseRequest;
  readonly #createdAt = Math.floor(Date.now() / 1000);
  readonly #output: ResponseItem[] = [];
  #open: Open | undefined;
  #sequence = 0;

  constructor(request: ResponseRequest) {
    this.#request = request;
  }

  /** The items that are complete. */
  get output(): readonly ResponseItem[] {
    return this.#output;
  }

  begin(): ResponseEvent[] {
    return ['response.created', 'response.in_progress'].map(type =>
      this.#event(type, { response: this.#response('in_progress') }),
    );
  }

  /** The events of the next piece. */
  push(delta: Delta): ResponseEvent[] {
    if (typeof delta['reasoning'] === 'string') return this.#reason(delta['reasoning']);
    if (typeof delta['content'] === 'string') return this.#say('output_text', delta['content']);
    if (typeof delta['refusal'] === 'string') return this.#say('refusal', delta['refusal']);
    const calls = (delta['tool_calls'] ?? []) as readonly CallDelta[];
    return calls.flatMap(call => this.#call(call));
  }

  end({ finishReason, usage }: ResponseEnding): ResponseEvent[] {
    const reason = incomplete[finishReason];
    const status = reason === undefined ? 'completed' : 'incomplete';
    const closing = this.#close(status);
    const details = reason === undefined ? null : { reason };
    const response = {
      ...this.#response(status),
      incomplete_details: details,
      usage: usageOf(usage),
      completed_at: status === 'completed' ? Math.floor(Date.now() / 1000) : null,
    };
    return [...closing, this.#event(`response.${status}`, { response })];
  }

  /** The event of a response that fails in the middle. */
  fail(message: string): ResponseEvent[] {
    const error = { code: 'server_error', message };
    return [this.#event('response.failed', { response: { ...this.#response('failed'), error } })];
  }

  /** The whole response, for a request that does not stream. */
  whole(events: readonly ResponseEvent[]): unknown {
    return events.at(-1)?.['response'];
  }

  #reason(text: string): ResponseEvent[] {
    const encrypted = this.#request.include?.includes('reasoning.encrypted_content') === true;
    const item = {
      id: newId('rs'),
      type: 'reasoning',
      summary: [],
      ...(encrypted && { encrypted_content: encryptedReasoning(text) }),
    };
    return [...this.#close(), ...this.#add(item), ...this.#close()];
  }

  #say(type: 'output_text' | 'refusal', piece: string): ResponseEvent[] {
    const field = type === 'refusal' ? 'refusal' : 'text';
    const isOpen = this.#open?.item['type'] === 'message' && this.#open.item['part'] === type;
    const opening = isOpen
      ? []
      : [
          ...this.#close(),
          ...this.#add({
            id: newId('msg'),
            type: 'message',
            status: 'in_progress',
            role: 'assistant',
            content: [],
            part: type,
          }),
          this.#event('response.content_part.added', {
            ...this.#place,
            content_index: 0,
            part: partOf(type, ''),
          }),
        ];
    this.#open!.text += piece;
    return [
      ...opening,
      this.#event(`response.${type}.delta`, {
        ...this.#place,
        content_index: 0,
        delta: piece,
        ...(field === 'text' && { logprobs: [], obfuscation: 'k3J9x' }),
      }),
    ];
  }

  #call({ id, function: { name, arguments: json } }: CallDelta): ResponseEvent[] {
    const opening =
      id === undefined
        ? []
        : [
            ...this.#close(),
            ...this.#add({
              id: newId('fc'),
              type: 'function_call',
              status: 'in_progress',
              arguments: '',
              call_id: id,
              name,
            }),
          ];
    if (json === '') return opening;
    this.#open!.text += json;
    return [
      ...opening,
      this.#event('response.function_call_arguments.delta', { ...this.#place, delta: json }),
    ];
  }

  #add(item: Open['item']): ResponseEvent[] {
    this.#open = { item, text: '' };
    const { part, ...shown } = item;
    return [this.#event('response.output_item.added', { output_index: this.#output.length, item: shown })];
  }

  /** The events that end the item that is open. */
  #close(status = 'completed'): ResponseEvent[] {
    if (this.#open === undefined) return [];
    const { item, text } = this.#open;
    const { part, ...shown } = item;
    const place = this.#place;
    const events: ResponseEvent[] = [];
    let done: ResponseItem = shown;
    if (item['type'] === 'message') {
      const type = part as 'output_text' | 'refusal';
      const content = partOf(type, text);
      const field = type === 'refusal' ? 'refusal' : 'text';
      events.push(
        this.#event(`response.${type}.done`, { ...place, content_index: 0, [field]: text }),
        this.#event('response.content_part.done', { ...place, content_index: 0, part: content }),
      );
      done = { ...shown, status, content: [content] };
    }
    if (item['type'] === 'function_call') {
      events.push(
        this.#event('response.function_call_arguments.done', {
          ...place,
          name: item['name'],
          arguments: text,
        }),
      );
      done = { ...shown, status, arguments: text };
    }
    events.push(this.#event('response.output_item.done', { output_index: this.#output.length, item: done }));
    this.#output.push(done);
    this.#open = undefined;
    return events;
  }

  get #place() {
    return { item_id: this.#open?.item.id, output_index: this.#output.length };
  }

  #event(type: string, fields: object): ResponseEvent {
    return { type, ...fields, sequence_number: this.#sequence++ };
  }

  #response(status: string) {
    const { model, instructions, previous_response_id, store, tools, tool_choice, temperature } =
      this.#request;
    return {
      id: this.id,
      object: 'response',
      created_at: this.#createdAt,
      status,
      background: false,
      error: null,
      incomplete_details: null,
      instructions: instructions ?? null,
      max_output_tokens: this.#request.max_output_tokens ?? null,
      model,
      output: [...this.#output],
      parallel_tool_calls: true,
      previous_response_id: previous_response_id ?? null,
      reasoning: { effort: this.#request.reasoning?.effort ?? null, summary: null },
      service_tier: 'default',
      store: store ?? true,
      temperature: temperature ?? 1,
      text: { format: { type: 'text' }, verbosity: 'medium' },
      tool_choice: tool_choice ?? 'auto',
      tools: tools ?? [],
      top_p: 1,
      truncation: 'disabled',
      usage: null,
      user: null,
      metadata: {},
    };
  }
}

interface CallDelta {
  readonly id?: string;
  readonly function: { readonly name?: string; readonly arguments: string };
}

/** Why a response is incomplete, by the finish reason of a chat completion. */
const incomplete: Readonly<Record<string, string>> = {
  length: 'max_output_tokens',
  content_filter: 'content_filter',
};

const partOf = (type: 'output_text' | 'refusal', text: string): object =>
  type === 'refusal' ? { type, refusal: text } : { type, annotations: [], logprobs: [], text };

function usageOf(usage: object): object {
  const { prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details, completion_tokens_details } =
    usage as Readonly<Record<string, unknown>>;
  return {
    input_tokens: prompt_tokens,
    input_tokens_details: prompt_tokens_details,
    output_tokens: completion_tokens,
    output_tokens_details: completion_tokens_details,
    total_tokens,
  };
}

const newId = (kind: string): string => `${kind}_${randomUUID().replaceAll('-', '')}`;

const seal = 'rxvoice:';

/** Reasoning in the form in which a client can only send it back. */
const encryptedReasoning = (text: string): string => Buffer.from(seal + text).toString('base64');

/** Whether a text is reasoning that this server encrypted. */
export const isEncryptedReasoning = (text: unknown): boolean =>
  typeof text === 'string' && Buffer.from(text, 'base64').toString().startsWith(seal);
