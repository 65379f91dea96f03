import { builtinLlm, type Message, ofType } from '../../lib/index.ts';
import type { ChatMessage, ChatRequest, ModelReply } from '../../lib/testing/index.ts';
import { UsageError } from '../usageError.ts';

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

type Reply = (messages: readonly ChatMessage[], request: ChatRequest) => ModelReply;

/**
 * A reply before which the model calls a tool, once a turn, where the request offers it. `call` is its name, with its
 * arguments after a colon: `weather:{"city":"Oslo"}`.
 */
export function callingFirst(call: string, reply: string | Reply): Reply {
  const [, name, json = '{}'] = /^([\w-]+)(?::(\{.*\}))?$/su.exec(call) ?? [];
  if (name === undefined || !isJson(json))
    throw new UsageError(
      `--call ${call}: expected the name of a tool, e.g. weather, or weather:{"city":"Oslo"}.`,
    );
  return (messages, request) => {
    const tools = (request.tools ?? []) as readonly { readonly function?: { readonly name?: string } }[];
    const isOffered = request.tool_choice !== 'none' && tools.some(tool => tool.function?.name === name);
    if (isOffered && messages.at(-1)?.role !== 'tool') return { toolCalls: [{ name, arguments: json }] };
    return typeof reply === 'string' ? reply : reply(messages, request);
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
