import type { Message, ToolCall } from '../llm/message.ts';
import { isPending, settled, stillRunning } from '../llm/toolResults.ts';
import type { ConversationEvent } from './events.ts';

/**
 * The history after an event: the words the user said and the words the user *heard*, not the text that was written.
 * A pure fold: over all events of a call it gives the call's history.
 *
 * If the user speaks again before hearing a word of the answer, the words join the user's previous message, so that
 * roles alternate. A tool call stays, with its result, even if the reply was cut. A placeholder says that the tool is
 * still running until the result replaces it, since models reject a call without a result.
 *
 * @example
 * call$.pipe(scan(remember, []), distinctUntilChanged()) // the history as it grows
 */
export function remember(history: readonly Message[], event: ConversationEvent): readonly Message[] {
  switch (event.type) {
    case 'user.said':
      return add(history, 'user', event.text);
    case 'bot.spoke':
      return add(history, 'assistant', event.text);
    case 'bot.interrupted':
    case 'turn.failed':
      return add(history, 'assistant', event.heard);
    case 'user.heard':
      return heard(history, event.heard);
    case 'bot.tool':
      return called(history, {
        id: event.id,
        name: event.name,
        arguments: event.arguments,
        ...(event.providerData !== undefined && { providerData: event.providerData }),
      });
    case 'bot.toolResult':
      return resulted(history, event);
    case 'call.compacted':
      return compacted(history, event.history);
    default:
      return history;
  }
}

/** The same history, with this as the part of the last reply that was heard. */
function heard(history: readonly Message[], text: string): readonly Message[] {
  const last = history.at(-1);
  return add(last?.role === 'assistant' ? history.slice(0, -1) : history, 'assistant', text);
}

/** The same history with a call. The calls of one round form one message, before the first of their results. */
function called(history: readonly Message[], call: ToolCall): readonly Message[] {
  const at = history.findLastIndex(({ role }) => role !== 'tool');
  const [before, last, results] = [history.slice(0, Math.max(at, 0)), history[at], history.slice(at + 1)];
  const open = results.every(result => isPending(result)) ? last?.toolCalls : undefined;
  const result: Message = { role: 'tool', content: stillRunning, toolCallId: call.id };
  return last !== undefined && open !== undefined
    ? [...before, { ...last, toolCalls: [...open, call] }, ...results, result]
    : [...history, { role: 'assistant', content: '', toolCalls: [call] }, result];
}

/**
 * The same history with the result of a call: the first call with this id that has none, else the last. If the call
 * was compacted meanwhile, the result is added together with its call.
 */
function resulted(
  history: readonly Message[],
  { id, name, content }: Extract<ConversationEvent, { readonly type: 'bot.toolResult' }>,
): readonly Message[] {
  const next = settled(history, id, content);
  if (next !== history) return next;
  const last = history.findLastIndex(({ toolCallId }) => toolCallId === id);
  if (last === -1) return resultAlone(history, id, name, content);
  return history.map((message, index) => (index === last ? { ...message, content } : message));
}

function resultAlone(
  history: readonly Message[],
  id: string,
  name: string,
  content: string,
): readonly Message[] {
  const withCall = called(history, { id, name, arguments: '{}' });
  return settled(withCall, id, content);
}

/** A summary, with the results that arrived while it was written. */
const compacted = (history: readonly Message[], summary: readonly Message[]): readonly Message[] =>
  summary.map(message =>
    isPending(message)
      ? (history.findLast(({ toolCallId }) => toolCallId === message.toolCallId) ?? message)
      : message,
  );

function add(history: readonly Message[], role: Message['role'], text: string): readonly Message[] {
  if (text === '') return history;
  const last = history.at(-1);
  return last?.role === role
    ? [...history.slice(0, -1), { role, content: `${last.content} ${text}` }]
    : [...history, { role, content: text }];
}
