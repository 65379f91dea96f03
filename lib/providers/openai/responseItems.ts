import type { ResponseInputItem } from 'openai/resources/responses/responses';
import type { Message, ToolCall } from '../../llm/message.ts';
import { type ChatMessagesOptions, dataFrom, isJson, toolName } from './chatMessages.ts';

/** An item that a response contained before a call, such as its reasoning, in the form in which it is sent back. */
export type AttachedItem = Readonly<Record<string, unknown>>;

/** A part of a history as input items of the Responses API. */
export const responseItems = (
  messages: readonly Message[],
  { from, attached }: Pick<ChatMessagesOptions, 'from' | 'attached'>,
): ResponseInputItem[] =>
  messages.flatMap(({ role, content, toolCalls = [], toolCallId = '' }) => {
    if (role === 'tool') return [{ type: 'function_call_output', call_id: toolCallId, output: content }];
    const said: ResponseInputItem[] = content === '' && toolCalls.length > 0 ? [] : [{ role, content }];
    const before = (call: ToolCall | undefined): ResponseInputItem[] =>
      attached ? itemsBefore(call, from) : [];
    return [
      // The reasoning comes first, then the words, as the model wrote them.
      ...before(toolCalls[0]),
      ...said,
      ...toolCalls.flatMap((call, index): ResponseInputItem[] => [
        ...(index === 0 ? [] : before(call)),
        {
          type: 'function_call',
          call_id: call.id,
          name: toolName(call.name),
          arguments: isJson(call.arguments) ? call.arguments : '{}',
        },
      ]),
    ];
  });

function itemsBefore(call: ToolCall | undefined, from: string): ResponseInputItem[] {
  const items = dataFrom(call?.providerData, from)?.attached?.call?.['before'];
  return Array.isArray(items) ? (items as ResponseInputItem[]) : [];
}

/**
 * A reasoning item in the form in which it goes back with the call after it. Without encrypted content the service
 * looks it up by its id, which fails, since responses are not stored; then there is nothing to send back.
 */
export const sentBack = ({
  type,
  id,
  summary,
  encrypted_content: encrypted,
}: AttachedItem): AttachedItem[] =>
  type === 'reasoning' && typeof encrypted === 'string' && encrypted !== ''
    ? [{ type, id, summary: Array.isArray(summary) ? summary : [], encrypted_content: encrypted }]
    : [];
