import type { Message, ToolCall } from '../../llm/message.ts';
import { strictOrder } from '../../llm/strictOrder.ts';
import { type AttachedData, attachedData } from './attachedData.ts';
import type { AiJson, AiMessage, AiToolCallPart, AiToolResultPart } from './languageModel.ts';

/**
 * A conversation as the AI SDK takes it, for `streamText`, an agent, or Mastra: `ModelMessage`s, in an order that every
 * provider accepts (one system message, first; the user's and the assistant's in turn). A reply has the words that the
 * user heard.
 *
 * @example
 * llmFrom((messages, { signal }) => streamText({ model, messages: aiMessages(messages), abortSignal: signal }));
 */
export const aiMessages = (messages: readonly Message[]): AiMessage[] => promptOf(messages, undefined);

/** The prompt of a model: a conversation, with the data that this model attached to its calls. */
export function promptOf(messages: readonly Message[], from: string | undefined): AiMessage[] {
  const ordered = strictOrder(messages);
  return ordered.flatMap((message, index): AiMessage[] => {
    const { role, content, toolCalls = [] } = message;
    switch (role) {
      case 'system':
        return [{ role, content }];
      case 'user':
        return [{ role, content: [{ type: 'text', text: content }] }];
      case 'tool':
        return []; // with its call
      case 'assistant':
        if (toolCalls.length === 0) return [{ role, content: [{ type: 'text', text: content }] }];
        return withResults(message, toolCalls, ordered.slice(index + 1), from);
    }
  });
}

/** A message with calls, and their results, which are the next messages in the same order. */
function withResults(
  message: Message,
  calls: readonly ToolCall[],
  next: readonly Message[],
  from: string | undefined,
): AiMessage[] {
  const attached = attachedData(message, from);
  const results = calls.map((call, index) => resultPart(call, next[index]?.content ?? ''));
  const isExecuted = (index: number): boolean => attached[index]?.isExecuted ?? false;
  const open = results.filter((_, index) => !isExecuted(index));
  const content = calls.flatMap((call, index) => [
    ...(attached[index]?.before ?? []),
    callPart(call, attached[index]),
    // Where the provider ran the tool, the result belongs to the same message.
    ...results.slice(index, index + 1).filter(() => isExecuted(index)),
  ]);
  return [
    { role: 'assistant', content },
    ...(open.length > 0 ? [{ role: 'tool', content: open } as const] : []),
  ];
}

const callPart = ({ id, name, arguments: json }: ToolCall, data: AttachedData = {}): AiToolCallPart => ({
  type: 'tool-call',
  toolCallId: id,
  toolName: name,
  input: objectOf(json),
  ...(data.isExecuted && { providerExecuted: true }),
  ...(data.call && { providerOptions: data.call }),
});

const resultPart = ({ id, name }: ToolCall, content: string): AiToolResultPart => {
  const value = parsed(content);
  return {
    type: 'tool-result',
    toolCallId: id,
    toolName: name,
    output:
      typeof value === 'object' && value !== null
        ? { type: 'json', value }
        : { type: 'text', value: content },
  };
};

/** The input of a call; invalid JSON of a model would have every later request refused. */
const objectOf = (json: string): AiJson => {
  const value = parsed(json);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
};

function parsed(text: string): AiJson | undefined {
  try {
    return JSON.parse(text) as AiJson;
  } catch {
    return undefined;
  }
}
