import type { Message, ToolCall } from './message.ts';

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
  const ordered: Message[] = [];

  const add = (message: Message): void => {
    const last = ordered.at(-1);
    if (last === undefined && message.role === 'assistant')
      ordered.push({ role: 'user', content: nothingSaid });
    if (last?.role === 'tool' && message.role === 'user')
      ordered.push({ role: 'assistant', content: nothingSaid });
    if (last?.role === message.role) ordered[ordered.length - 1] = joined(last, message);
    else ordered.push(message);
  };

  for (const [index, message] of messages.entries()) {
    const { role, content, toolCalls = [] } = message;
    if (role === 'system' || role === 'tool') continue;
    if (content.trim() === '' && toolCalls.length === 0) continue;
    add(message);
    if (toolCalls.length > 0) ordered.push(...resultsOf(toolCalls, messages.slice(index + 1)));
  }
  if (ordered.length === 0) ordered.push({ role: 'user', content: nothingSaid });

  const told = system.filter(text => text !== '').join('\n\n');
  return told === '' ? ordered : [{ role: 'system', content: told }, ...ordered];
}

/** Two messages of one side as one; only the later one can have calls, since results follow them. */
const joined = (first: Message, second: Message): Message => ({
  ...second,
  content: [first.content, second.content].filter(text => text.trim() !== '').join(' '),
});

/** A result for each call, from the messages after it, up to the next call with the same id. */
function resultsOf(calls: readonly ToolCall[], after: readonly Message[]): Message[] {
  const used = new Set<Message>();
  return calls.map(({ id }) => {
    const again = after.findIndex(({ toolCalls = [] }) => toolCalls.some(call => call.id === id));
    const near = again === -1 ? after : after.slice(0, again);
    const result = near.find(message => message.toolCallId === id && !used.has(message));
    if (result !== undefined) used.add(result);
    const content = result === undefined ? noResult : result.content;
    return { role: 'tool', content: content.trim() === '' ? emptyResult : content, toolCallId: id };
  });
}
