import { randomUUID } from 'node:crypto';
import type { Body } from './modelApi.ts';
import type { OpenaiConnection } from './openaiConnection.ts';
import type { OpenaiLlmOptions } from './openaiLlmOptions.ts';

/** The model, and how much it reasons. */
interface Chosen {
  readonly model: string;
  readonly effort: string | undefined;
}

type Connection = Pick<OpenaiConnection, 'wantsCompletionTokens'>;

/** The fields of a chat completion that do not depend on the conversation. */
export const chatFields = (
  { temperature, maxTokens, extraBody }: OpenaiLlmOptions,
  { wantsCompletionTokens }: Connection,
  { model, effort }: Chosen,
): Body => ({
  model,
  stream_options: { include_usage: true },
  ...(temperature !== undefined && { temperature }),
  // OpenAI's newer models refuse max_tokens; many compatible servers know nothing else.
  ...(maxTokens !== undefined && {
    [wantsCompletionTokens ? 'max_completion_tokens' : 'max_tokens']: maxTokens,
  }),
  ...(effort !== undefined && { reasoning_effort: effort }),
  ...extraBody,
});

/** The least that the Responses API accepts as `max_output_tokens`. */
const leastTokens = 16;

/** OpenAI's models that reason by default. */
const reasons = /^(?:o\d|gpt-[5-9](?!.*-chat))/u;

/**
 * The fields of a response that do not depend on the conversation. Responses are not stored. OpenAI's own servers get a
 * key that leads a call's requests to the cache of its earlier ones, and are asked for reasoning in the form in which it
 * can be sent back.
 */
export function responsesFields(
  { temperature, maxTokens, extraBody }: OpenaiLlmOptions,
  { wantsCompletionTokens: isOfficial }: Connection,
  { model, effort }: Chosen,
): Body {
  const mayReason = effort === undefined ? reasons.test(model) : effort !== 'none';
  return {
    model,
    store: false,
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { max_output_tokens: Math.max(leastTokens, maxTokens) }),
    ...(effort !== undefined && { reasoning_effort: effort }),
    ...(isOfficial && mayReason && { include: ['reasoning.encrypted_content'] }),
    ...(isOfficial && { prompt_cache_key: `rxvoice-${randomUUID()}` }),
    ...extraBody,
  };
}
