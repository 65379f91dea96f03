import type { Message } from '../../llm/message.ts';

/** An item of a session's conversation, as far as it is known. */
interface Item {
  readonly id: string;
  readonly kind: 'system' | 'user' | 'assistant' | 'call' | 'output';
  /** Its words; of a call and an output the id of the call. */
  text: string;
  /** Of an output: the result. */
  readonly result?: string;
  /** Whether its audio was cut: the model remembers a beginning of its words. */
  isCut: boolean;
}

/** A part of a message, which an item stands for. */
type Part = Pick<Item, 'kind' | 'text' | 'result'> & { readonly create: (text: string) => object };

/** An event for the service. */
export interface MemoryEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * The model's memory in one session: the items of its conversation. The history is the truth, so before each answer
 * {@link recall} returns the events that bring the items in line with it. Items stay where their words are those of the history
 * at that place, since they have the audio; all others are deleted, and words without an item are added as text.
 *
 * The words of a cut answer are a beginning of its transcript: its audio was truncated where the user stopped hearing it.
 */
export class RealtimeMemory {
  #items: readonly Item[] = [];
  #count = 0;

  /** A new session remembers nothing. */
  reset(): void {
    this.#items = [];
  }

  /** The service added an item after another. */
  added(item: { readonly [field: string]: unknown }, after: unknown): void {
    const { id, type, role, call_id: callId } = item;
    if (typeof id !== 'string' || this.#items.some(known => known.id === id)) return;
    const kind =
      type === 'function_call'
        ? 'call'
        : type === 'function_call_output'
          ? 'output'
          : (role as 'system' | 'user' | 'assistant');
    const text = type === 'message' ? '' : String(callId);
    this.#insert(
      { id, kind, text, isCut: false },
      this.#items.findIndex(({ id }) => id === after) + 1 || Infinity,
    );
  }

  /** More words of an item, or all of them. */
  wrote(id: unknown, next: (text: string) => string): void {
    const item = this.#items.find(each => each.id === id);
    if (item) item.text = next(item.text);
  }

  /** The audio of an item was truncated. */
  cut(id: string): void {
    const item = this.#items.find(each => each.id === id);
    if (item) item.isCut = true;
  }

  deleted(id: string): void {
    this.#items = this.#items.filter(item => item.id !== id);
  }

  /** The events after which the service remembers these messages, and nothing else. */
  recall(messages: readonly Message[]): MemoryEvent[] {
    const old = this.#items;
    const kept: Item[] = [];
    const created: MemoryEvent[] = [];
    let at = 0;
    const keep = (index: number): void => {
      kept.push(old[index]!);
      at = index + 1;
    };
    const create = (part: Part, text: string): void => {
      const id = `rxvoice_${++this.#count}`;
      const { result } = part;
      created.push({
        type: 'conversation.item.create',
        previous_item_id: kept.at(-1)?.id ?? 'root',
        item: { id, ...part.create(text) },
      });
      kept.push({ id, kind: part.kind, text, isCut: false, ...(result !== undefined && { result }) });
    };
    for (const part of messages.flatMap(partsOf)) {
      if (part.kind === 'call' || part.kind === 'output') {
        const index = old.findIndex(
          ({ kind, text, result }, index) =>
            index >= at && kind === part.kind && text === part.text && result === part.result,
        );
        if (index < 0) create(part, part.text);
        else keep(index);
        continue;
      }
      let rest = part.text;
      while (rest !== '') {
        const index = old.findIndex(
          (item, index) => index >= at && item.kind === part.kind && restOf(rest, item) !== undefined,
        );
        if (index < 0) {
          create(part, rest);
          break;
        }
        keep(index);
        rest = restOf(rest, old[index]!) ?? '';
      }
    }
    const ids = new Set(kept.map(({ id }) => id));
    this.#items = kept;
    // Deleted first: an item that is created may follow one that is.
    const deleted = old.filter(({ id }) => !ids.has(id));
    return [...deleted.map(({ id }) => ({ type: 'conversation.item.delete', item_id: id })), ...created];
  }

  #insert(item: Item, at: number): void {
    this.#items = [...this.#items.slice(0, at), item, ...this.#items.slice(at)];
  }
}

/** The parts of a message, each of which an item stands for. */
function partsOf({ role, content, toolCalls = [], toolCallId = '' }: Message): Part[] {
  if (role === 'tool') {
    const create = (): object => ({ type: 'function_call_output', call_id: toolCallId, output: content });
    return [{ kind: 'output', text: toolCallId, result: content, create }];
  }
  const type = role === 'assistant' ? 'output_text' : 'input_text';
  const message: Part = {
    kind: role,
    text: content,
    create: text => ({ type: 'message', role, content: [{ type, text }] }),
  };
  const calls = toolCalls.map(({ id, name, arguments: given }): Part => ({
    kind: 'call',
    text: id,
    create: () => ({ type: 'function_call', call_id: id, name, arguments: given }),
  }));
  return [...(content === '' ? [] : [message]), ...calls];
}

/** A text after the words of an item, which it begins with; `undefined` where it does not. */
function restOf(text: string, { text: said, isCut }: Item): string | undefined {
  const [own, its] = [letters(text), letters(said)];
  if (its === '') return text === said ? '' : undefined;
  if (isCut && its.startsWith(own)) return '';
  if (!own.startsWith(its)) return undefined;
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    if (count === its.length) {
      const rest = text.slice(index);
      return letters(rest) === '' ? '' : rest.replace(/^[^\p{L}\p{N}]+/u, '');
    }
    count += letters(text[index]!).length;
  }
  return '';
}

/** Words as they are compared: the same however they are written. */
const letters = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
