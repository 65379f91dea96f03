import { builtinLlm, type Message, ofType } from '../../lib/index.ts';
import type { ChatMessage } from '../../lib/testing/index.ts';

const responder = builtinLlm({ firstTokenMs: 0, tokensPerSecond: 0 });

/** The built-in responder's answer to a chat. The server sets its pace. */
export function builtinReply(messages: readonly ChatMessage[]): string {
  let text = '';
  // It answers at once: with both options 0 all of it is there when `subscribe` returns.
  responder(messages.flatMap(messageOf))
    .pipe(ofType('token'))
    .subscribe(token => (text += token.text));
  return text;
}

function messageOf({ role, content }: ChatMessage): Message[] {
  if (role === 'tool') return [];
  return [{ role: role === 'developer' ? 'system' : role, content: textOf(content) }];
}

/** The text of a message's content, which may come in parts. */
const textOf = (content: unknown): string =>
  Array.isArray(content)
    ? (content as { readonly text?: string }[]).map(({ text = '' }) => text).join(' ')
    : typeof content === 'string'
      ? content
      : '';
