import type { Message } from '../../llm/message.ts';
import type { AiProviderOptions, AiReasoningPart, AiTextPart } from './languageModel.ts';

/**
 * Data that a model attached to a call of a tool, and to the parts of its message before it: signatures, ids, reasoning.
 * Kept in the call's `providerData`, for that model only.
 */
export interface AttachedData {
  /** The model. */
  readonly from?: string;
  readonly call?: AiProviderOptions;
  /** Whether the provider itself ran the tool. */
  readonly isExecuted?: boolean;
  /** Reasoning and text since the call before it. */
  readonly before?: readonly (AiReasoningPart | AiTextPart)[];
}

/**
 * The attached data to send back with a message, an element for each call. Where the text is no longer as the model wrote
 * it, because the user heard a part of it, ids are left out: with an id a service reads its own copy of the whole text.
 *
 * @param from the model of the request
 */
export function attachedData(
  { content, toolCalls = [] }: Message,
  from: string | undefined,
): readonly AttachedData[] {
  const data = toolCalls.map(({ providerData }) => (isFrom(providerData, from) ? providerData : {}));
  const parts = data.flatMap(({ before = [] }) => before);
  const written = parts.map(part => (part.type === 'text' ? part.text : '')).join('');
  if (squeezed(written) === squeezed(content)) return data;
  const text: AiTextPart[] = squeezed(content) === '' ? [] : [{ type: 'text', text: content }];
  return data.map(({ call, before = [], ...others }, index) => ({
    ...others,
    ...(call && { call: withoutItemIds(call) }),
    before: [
      ...before.filter(({ type, providerOptions }) => type === 'reasoning' && !hasItemId(providerOptions)),
      ...(index === 0 ? text : []),
    ],
  }));
}

const isFrom = (data: unknown, from: string | undefined): data is AttachedData =>
  from !== undefined && typeof data === 'object' && data !== null && 'from' in data && data.from === from;

const hasItemId = (options: AiProviderOptions = {}): boolean =>
  Object.values(options).some(each => 'itemId' in each);

const withoutItemIds = (options: AiProviderOptions): AiProviderOptions =>
  Object.fromEntries(Object.entries(options).map(([provider, { itemId, ...others }]) => [provider, others]));

const squeezed = (text: string): string => text.replaceAll(/\s+/gu, ' ').trim();
