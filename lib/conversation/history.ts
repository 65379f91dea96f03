import type { Message } from '../llm/message.ts';
import type { ConversationEvent } from './events.ts';

/**
 * The history after an event: what the user said and what the user *heard*, not what was written. A pure fold: run
 * over the events of a call it gives the call's history.
 *
 * What the user says while no word of the answer was heard joins the message before it, so that roles alternate.
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
    case 'bot.heard':
      return heard(history, event.heard);
    default:
      return history;
  }
}

/** The same history, ending with this as what was heard of the last reply. */
function heard(history: readonly Message[], text: string): readonly Message[] {
  const last = history.at(-1);
  return add(last?.role === 'assistant' ? history.slice(0, -1) : history, 'assistant', text);
}

function add(history: readonly Message[], role: Message['role'], text: string): readonly Message[] {
  if (text === '') return history;
  const last = history.at(-1);
  return last?.role === role
    ? [...history.slice(0, -1), { role, content: `${last.content} ${text}` }]
    : [...history, { role, content: text }];
}
