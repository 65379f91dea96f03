import { forkJoin, map, type Observable, of } from 'rxjs';
import { wordsWithin } from '../../tts/wordsWithin.ts';
import type { ChatMessage } from './openaiOptions.ts';
import { newId, type RealtimeMessage, RealtimeRefusal } from './realtimeEvent.ts';

/** An item of a conversation, as events show it, and facts about its audio. */
export interface RealtimeItem {
  readonly id: string;
  fields: RealtimeMessage;
  /** The words of the user's audio, when they are known: emits once. */
  readonly heard$?: Observable<string>;
  /** The text of the assistant's audio, and how much of that was sent, ms. */
  spoken?: { text: string; audioMs: number };
  /** Where the client cut the assistant's audio, ms. */
  truncatedMs?: number;
}

/** The items of one conversation, in their order. */
export class RealtimeConversation {
  #items: readonly RealtimeItem[] = [];

  /** Adds an item after another: the last one, the root, or that of an id. Returns the id of the item before it. */
  add(item: RealtimeItem, after?: unknown): string | null {
    const at =
      after === undefined || after === null
        ? this.#items.length
        : after === 'root'
          ? 0
          : this.#indexOf(after, 'previous_item_id') + 1;
    this.#items = [...this.#items.slice(0, at), item, ...this.#items.slice(at)];
    return this.#items[at - 1]?.id ?? null;
  }

  /** The id of the last item. */
  get last(): string | null {
    return this.#items.at(-1)?.id ?? null;
  }

  find(id: unknown, param = 'item_id'): RealtimeItem {
    return this.#items[this.#indexOf(id, param)]!;
  }

  delete(id: unknown): void {
    const at = this.#indexOf(id, 'item_id');
    this.#items = this.#items.filter((_, index) => index !== at);
  }

  /** Cuts the assistant's audio at a time; its transcript is gone, as with the service. */
  truncate({ item_id, content_index, audio_end_ms }: RealtimeMessage): void {
    const item = this.find(item_id);
    const { spoken } = item;
    const endMs = Number(audio_end_ms);
    if (spoken === undefined)
      throw new RealtimeRefusal('Only model output audio messages can be truncated.', { param: 'item_id' });
    if (content_index !== 0)
      throw new RealtimeRefusal('Invalid content_index: expected 0.', { param: 'content_index' });
    if (!Number.isInteger(endMs) || endMs < 0)
      throw new RealtimeRefusal("Invalid type for 'audio_end_ms': expected an integer.", {
        code: 'invalid_type',
        param: 'audio_end_ms',
      });
    const audioMs = item.truncatedMs ?? spoken.audioMs;
    if (endMs > Math.ceil(audioMs))
      throw new RealtimeRefusal(
        `Audio content of ${Math.floor(audioMs)}ms is already shorter than ${endMs}ms`,
        {
          code: 'invalid_value',
          param: 'audio_end_ms',
        },
      );
    item.truncatedMs = endMs;
    item.fields = { ...item.fields, content: [{ type: 'output_audio' }] };
  }

  /** The conversation as messages of a chat, once the words of the user's audio are known. */
  messages$(instructions: string): Observable<readonly ChatMessage[]> {
    return messagesOf$(this.#items, instructions);
  }

  #indexOf(id: unknown, param: string): number {
    const at = this.#items.findIndex(item => item.id === id);
    if (at >= 0) return at;
    throw new RealtimeRefusal(`Item with item_id not found: ${String(id)}`, {
      code: 'item_not_found',
      param,
    });
  }
}

/** An item that a client creates. */
export function itemFrom(given: unknown): RealtimeItem {
  if (typeof given !== 'object' || given === null)
    throw new RealtimeRefusal("Missing required parameter: 'item'.", { param: 'item' });
  const fields = given as RealtimeMessage;
  const { type, role } = fields;
  const isKnown =
    type === 'function_call_output' ||
    type === 'function_call' ||
    (type === 'message' && ['user', 'assistant', 'system'].includes(String(role)));
  if (!isKnown)
    throw new RealtimeRefusal(`Invalid value: '${String(type)}'.`, {
      code: 'invalid_value',
      param: 'item.type',
    });
  if (role === 'assistant' && partsOf(fields).some(part => part['type'] === 'output_audio'))
    throw new RealtimeRefusal('Assistant audio messages cannot be created.', { param: 'item.content' });
  const id = typeof fields['id'] === 'string' ? fields['id'] : newId('item');
  return { id, fields: { ...fields, id, object: 'realtime.item', status: 'completed' } };
}

/** Items as messages of a chat. */
export const messagesOf$ = (
  items: readonly RealtimeItem[],
  instructions: string,
): Observable<readonly ChatMessage[]> => {
  const system: ChatMessage[] = instructions === '' ? [] : [{ role: 'system', content: instructions }];
  const each = items.map(item => (item.heard$ ?? of('')).pipe(map(heard => messageOf(item, heard))));
  return each.length === 0
    ? of(system)
    : forkJoin(each).pipe(map(messages => [...system, ...messages.filter(message => message !== undefined)]));
};

function messageOf({ fields, spoken, truncatedMs }: RealtimeItem, heard: string): ChatMessage | undefined {
  switch (fields.type) {
    case 'function_call': {
      const {
        call_id,
        name,
        arguments: given,
      } = fields as { call_id?: string; name?: string; arguments?: string };
      return {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: call_id ?? '', type: 'function', function: { name: name ?? '', arguments: given ?? '{}' } },
        ],
      };
    }
    case 'function_call_output':
      return { role: 'tool', content: fields['output'], tool_call_id: String(fields['call_id']) };
    default: {
      const { role } = fields as { role?: ChatMessage['role'] };
      if (spoken === undefined) return { role: role ?? 'user', content: heard + textOf(fields) };
      const { text, audioMs } = spoken;
      const known =
        truncatedMs === undefined || truncatedMs >= audioMs - 1
          ? text
          : wordsWithin(text, audioMs === 0 ? 0 : truncatedMs / audioMs);
      return known === '' ? undefined : { role: 'assistant', content: known };
    }
  }
}

/** The text parts of an item. */
export const textOf = (fields: RealtimeMessage): string =>
  partsOf(fields)
    .map(({ text, transcript }) => text ?? transcript)
    .filter(text => typeof text === 'string')
    .join(' ');

const partsOf = ({ content }: RealtimeMessage): readonly RealtimeMessage[] =>
  (Array.isArray(content) ? content : []) as readonly RealtimeMessage[];
