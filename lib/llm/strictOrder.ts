import type { Message } from './message.ts';

/** Stands where a template wants a message and nothing was said. */
const nothingSaid = '…';

/** The result of a call that has none in the history. */
const noResult = JSON.stringify({ error: 'There was no result.' });

/** Placeholder for a result without a text. */
const emptyResult = '(empty)';

/**
 * A history in the order that strict chat templates demand (Mistral, Gemma, Llama, Anthropic, …): one system message,
 * first; then the user's, and the assistant's in turn with them; the results of a call right after it, in the order of
 * the calls; an assistant's message after results; no message without a text. Other messages are moved or joined,
 * and "…" stands where nothing was said: before a greeting, and where the user went on before the answer to a result.
 * Results without a call are left out, calls without a result get one that says so.
 */
export function strictOrder(messages: readonly Message[]): readonly Message[] {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content.trim());
  /** Each with its texts: to join them one by one would take time with their square. */
  const ordered: { message: Message; readonly texts: string[] }[] = [];
  const results = new Results(messages);

  const push = (message: Message): void => void ordered.push({ message, texts: [message.content] });
  const add = (message: Message): void => {
    const last = ordered.at(-1);
    if (last === undefined && message.role === 'assistant') push({ role: 'user', content: nothingSaid });
    if (last?.message.role === 'tool' && message.role === 'user')
      push({ role: 'assistant', content: nothingSaid });
    if (last?.message.role === message.role) {
      // Only the later one can have calls, since results follow them.
      last.message = message;
      last.texts.push(message.content);
    } else push(message);
  };

  for (const [index, message] of messages.entries()) {
    const { role, content, toolCalls = [] } = message;
    if (role === 'system' || role === 'tool') continue;
    if (content.trim() === '' && toolCalls.length === 0) continue;
    add(message);
    for (const { id } of toolCalls) push(results.next(id, index));
  }
  if (ordered.length === 0) push({ role: 'user', content: nothingSaid });

  const joined = ordered.map(({ message, texts }) =>
    texts.length === 1
      ? message
      : { ...message, content: texts.filter(text => text.trim() !== '').join(' ') },
  );
  const told = system.filter(text => text !== '').join('\n\n');
  return told === '' ? joined : [{ role: 'system', content: told }, ...joined];
}

/** The results of a history by the ids of their calls. */
class Results {
  /** Where each id is called, and where it has results, in order. */
  readonly #places = new Map<string, { readonly index: number; readonly result?: Message }[]>();

  constructor(messages: readonly Message[]) {
    for (const [index, message] of messages.entries()) {
      for (const { id } of message.toolCalls ?? []) this.#of(id).push({ index });
      if (message.role === 'tool') this.#of(message.toolCallId ?? '').push({ index, result: message });
    }
    for (const places of this.#places.values()) places.reverse(); // the next one is last, where it is cheap to take
  }

  /** The next result of a call in the message at this index: up to where the same id is called once more. */
  next(id: string, index: number): Message {
    const places = this.#of(id);
    while ((places.at(-1)?.index ?? Infinity) <= index) places.pop();
    const result = places.at(-1)?.result === undefined ? undefined : places.pop()!.result!;
    const content = result === undefined ? noResult : result.content;
    return { role: 'tool', content: content.trim() === '' ? emptyResult : content, toolCallId: id };
  }

  #of(id: string): { readonly index: number; readonly result?: Message }[] {
    const places = this.#places.get(id) ?? [];
    this.#places.set(id, places);
    return places;
  }
}
