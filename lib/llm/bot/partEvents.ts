import { RxvoiceError } from '../../errors.ts';
import type { LlmEvent } from '../message.ts';
import { descriptionOf } from './descriptionOf.ts';

type Part = Readonly<Record<string, unknown>>;

/**
 * The events of one part of a bot's answer. Understands text, {@link LlmEvent}s and the parts of streams of the AI SDK
 * (`fullStream`, UI messages), Mastra, LangChain (message chunks, `[chunk, metadata]`), OpenAI Agents and Chat
 * Completions. Reasoning is left out. Parts that say nothing about the answer are ignored.
 *
 * @throws RxvoiceError for a part of another kind, and for the error that a part contains.
 *
 * @example
 * partEvents({ type: 'text-delta', text: 'Hello' }) // [{ type: 'token', text: 'Hello' }]
 */
export function partEvents(part: unknown): readonly LlmEvent[] {
  if (typeof part === 'string') return part === '' ? [] : [{ type: 'token', text: part }];
  if (Array.isArray(part) && isPart(part[0])) return chunkText(part[0]);
  if (!isPart(part)) throw unknownPart(part);
  if (typeof part['type'] === 'string') return typed(part, part['type']);
  if ('content' in part) return chunkText(part);
  if (Array.isArray(part['choices'])) return choiceText(part['choices']);
  throw unknownPart(part);
}

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null;
const token = (text: unknown): LlmEvent[] =>
  typeof text === 'string' && text !== '' ? [{ type: 'token', text }] : [];

function typed(part: Part, type: string): readonly LlmEvent[] {
  const inner = isPart(part['payload']) ? part['payload'] : part;
  switch (type) {
    case 'token':
      if (typeof part['text'] !== 'string') throw unknownPart(part);
      return token(part['text']);
    case 'toolCall':
    case 'toolResult':
    case 'usage':
    case 'voice':
      return [part as unknown as LlmEvent];
    // AI SDK 4 to 7 and its UI messages; Mastra.
    case 'text-delta':
    case 'text':
      return token(inner['text'] ?? inner['delta'] ?? inner['textDelta']);
    case 'tool-call':
    case 'tool-input-available':
      return [
        {
          type: 'toolCall',
          id: idOf(inner),
          name: nameOf(inner),
          arguments: jsonOf(inner['input'] ?? inner['args'] ?? {}),
        },
      ];
    case 'tool-result':
    case 'tool-output-available':
    case 'tool-error':
    case 'tool-output-error': {
      const content = inner['output'] ?? inner['result'] ?? inner['error'] ?? inner['errorText'] ?? '';
      return [{ type: 'toolResult', id: idOf(inner), name: nameOf(inner), content: jsonOf(content) }];
    }
    case 'finish':
      return usage(
        inner['totalUsage'] ?? inner['usage'] ?? (isPart(inner['output']) && inner['output']['usage']),
      );
    case 'error':
      throw failureOf(inner['error'] ?? inner['errorText'] ?? 'the stream reports an error without a text');
    // OpenAI Agents, and the Responses API within it.
    case 'raw_model_stream_event':
      return isPart(part['data']) && part['data']['type'] === 'output_text_delta'
        ? token(part['data']['delta'])
        : [];
    case 'run_item_stream_event':
      return agentItem(part['name'], part['item']);
    case 'response.output_text.delta':
      return token(part['delta']);
    default:
      // A LangChain message has a type, too ("ai"), and its text in `content`.
      return type === 'ai' || type === 'AIMessageChunk' ? chunkText(part) : [];
  }
}

/** A tool that OpenAI Agents called or ran. */
function agentItem(event: unknown, item: unknown): readonly LlmEvent[] {
  if (!isPart(item) || !isPart(item['rawItem'])) return [];
  const { callId, id, name, arguments: input, type } = item['rawItem'];
  const call = { id: textOf(callId ?? id), name: textOf(name) };
  if (event === 'tool_called' && type === 'function_call')
    return [{ type: 'toolCall', ...call, arguments: jsonOf(input ?? {}) }];
  return event === 'tool_output'
    ? [{ type: 'toolResult', ...call, content: jsonOf(item['output'] ?? '') }]
    : [];
}

/** The text of a LangChain message chunk; those of tools and users are not the answer. */
function chunkText(chunk: Part): readonly LlmEvent[] {
  const { getType } = chunk as { readonly getType?: () => unknown };
  const kind = typeof getType === 'function' ? getType.call(chunk) : chunk['type'];
  if (kind === 'tool' || kind === 'human' || kind === 'system') return [];
  const { content } = chunk;
  if (typeof content === 'string') return token(content);
  if (!Array.isArray(content)) return [];
  return content.filter(isPart).flatMap(({ type, text }) => (type === 'text' ? token(text) : []));
}

const choiceText = (choices: readonly unknown[]): readonly LlmEvent[] => {
  const [choice] = choices;
  const delta = isPart(choice) ? (choice['delta'] ?? choice['message']) : undefined;
  return isPart(delta) ? token(delta['content']) : [];
};

function usage(tokens: unknown): readonly LlmEvent[] {
  if (!isPart(tokens)) return [];
  const [prompt, completion] = [tokens['inputTokens'], tokens['outputTokens']];
  return typeof prompt === 'number' && typeof completion === 'number'
    ? [{ type: 'usage', promptTokens: prompt, completionTokens: completion }]
    : [];
}

const idOf = (part: Part): string => textOf(part['toolCallId'] ?? part['id']);
const nameOf = (part: Part): string => textOf(part['toolName'] ?? part['name']);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const jsonOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const failureOf = (error: unknown): Error =>
  error instanceof Error
    ? error
    : new RxvoiceError(`The bot's stream failed: ${jsonOf(error)}.`, { stage: 'llm' });

const unknownPart = (part: unknown): RxvoiceError =>
  new RxvoiceError(
    `The bot's answer contains ${descriptionOf(part)}. Answer with text, with events such as ` +
      `{ type: 'token', text }, or with a stream of them; map other values to their text.`,
    { stage: 'llm' },
  );
