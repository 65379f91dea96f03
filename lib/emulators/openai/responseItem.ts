import type { ChatMessage, ChatRequest } from './openaiOptions.ts';

/** An item of a response's input or output: a message, a call of a function, its output, reasoning. */
export type ResponseItem = Readonly<Record<string, unknown>>;

/** The body of a request for a response; over a WebSocket the fields of its `response.create`. */
export interface ResponseRequest {
  readonly model: string;
  readonly input?: string | readonly ResponseItem[];
  readonly instructions?: string | null;
  readonly previous_response_id?: string | null;
  readonly store?: boolean | null;
  readonly stream?: boolean | null;
  readonly generate?: boolean | null;
  readonly max_output_tokens?: number | null;
  readonly include?: readonly string[] | null;
  readonly reasoning?: { readonly effort?: string | null } | null;
  readonly temperature?: number | null;
  readonly tools?: readonly ResponseItem[] | null;
  readonly tool_choice?: unknown;
  readonly [field: string]: unknown;
}

/** The items of a request's input: a text is a message of the user. */
export const inputItems = ({ input = [] }: ResponseRequest): readonly ResponseItem[] =>
  typeof input === 'string'
    ? [{ type: 'message', role: 'user', content: input }]
    : input.map(item => ({ type: 'message', ...item }));

/**
 * Items as the messages of a chat. Reasoning is in none of them; the words and calls of the assistant between other items
 * are one message.
 */
export function messagesOf(items: readonly ResponseItem[], instructions?: string | null): ChatMessage[] {
  const messages: ChatMessage[] = instructions ? [{ role: 'developer', content: instructions }] : [];
  let called = false;
  for (const { type, role, content, call_id: id, name, arguments: json, output } of items) {
    if (type === 'reasoning') continue;
    const last = messages.at(-1)?.role === 'assistant' ? messages.at(-1) : undefined;
    if (type === 'message') {
      const joins = role === 'assistant' && called && typeof last?.content !== 'string' ? last : undefined;
      if (joins !== undefined) messages.pop();
      messages.push({ ...joins, role: role as ChatMessage['role'], content: textOf(content) });
    }
    if (type === 'function_call_output')
      messages.push({ role: 'tool', tool_call_id: String(id), content: textOf(output) });
    if (type === 'function_call') {
      const call = {
        id: String(id),
        type: 'function' as const,
        function: { name: String(name), arguments: String(json) },
      };
      if (last !== undefined) messages.pop();
      messages.push({
        role: 'assistant',
        content: last?.content ?? null,
        tool_calls: [...(last?.tool_calls ?? []), call],
      });
    }
    called = type === 'function_call';
  }
  return messages;
}

/** A content as text, where it is: a text, or parts of text. */
function textOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const parts = content as readonly { readonly text?: unknown; readonly refusal?: unknown }[];
  const texts = parts.map(({ text, refusal }) => text ?? refusal);
  return texts.every(text => typeof text === 'string') ? texts.join('') : content;
}

/** A request in the form of a chat completion, so that one function of a test answers both. */
export const chatRequestOf = (request: ResponseRequest, messages: readonly ChatMessage[]): ChatRequest => ({
  model: request.model,
  messages,
  stream: true,
  ...(request.max_output_tokens != null && { max_completion_tokens: request.max_output_tokens }),
  ...(request.reasoning?.effort != null && { reasoning_effort: request.reasoning.effort }),
  ...(request.tool_choice !== undefined && { tool_choice: request.tool_choice }),
  ...(request.tools && {
    tools: request.tools.map(({ type, name, description, parameters, strict }) =>
      type === 'function' ? { type, function: { name, description, parameters, strict } } : { type },
    ),
  }),
});
