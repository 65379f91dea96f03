import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { Message } from '../../llm/message.ts';
import type { AttachedToCall } from './calledTools.ts';
import type { AttachedToMessage } from './reasoning.ts';
import { strictOrder } from '../../llm/strictOrder.ts';

/** Fields that a server attached to a call and, with the first call, to its message: for that server only. */
export interface ProviderData {
  readonly from: string;
  readonly attached?: AttachedToCall;
  readonly message?: AttachedToMessage;
}

/** How messages are sent. */
export interface ChatMessagesOptions {
  /** The server and model of the request: data that others attached is left out. */
  readonly from: string;
  readonly order: 'strict' | 'plain';
  /** Whether attached data is sent back. */
  readonly attached: boolean;
}

/** A history as the API takes it. */
export const chatMessages = (
  messages: readonly Message[],
  { from, order, attached }: ChatMessagesOptions,
): ChatCompletionMessageParam[] =>
  (order === 'strict' ? strictOrder(messages) : messages).map(({ role, content, toolCalls, toolCallId }) => {
    const data = (toolCalls ?? []).map(({ providerData }) =>
      attached ? dataFrom(providerData, from) : undefined,
    );
    return {
      ...data.find(each => each?.message)?.message,
      role,
      // Said nothing but called a tool: some servers refuse an empty text there.
      content: content === '' && toolCalls !== undefined ? null : content,
      ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
      ...(toolCalls !== undefined && {
        tool_calls: toolCalls.map(({ id, name, arguments: json }, index) => ({
          ...data[index]?.attached?.call,
          id,
          type: 'function',
          function: {
            ...data[index]?.attached?.function,
            // Invalid arguments of a model would have every later request refused.
            name: toolName(name),
            arguments: isJson(json) ? json : '{}',
          },
        })),
      }),
    } as ChatCompletionMessageParam;
  });

/** A tool's name in the characters that the service accepts: a model may have written others. */
export const toolName = (name: string): string => name.replace(/[^\w-]/gu, '_');

/** The data that this server and model attached; nothing where others did. */
export const dataFrom = (data: unknown, from: string): ProviderData | undefined =>
  typeof data === 'object' && data !== null && (data as ProviderData).from === from
    ? (data as ProviderData)
    : undefined;

/** Whether a text is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
