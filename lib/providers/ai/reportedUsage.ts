import type { LlmEvent } from '../../llm/message.ts';

/** Tokens as version 2 counts them (`inputTokens: 12`), or versions 3 and 4 (`inputTokens: { total: 12, … }`). */
interface Usage {
  readonly inputTokens?: number | { readonly total?: number; readonly cacheRead?: number };
  readonly outputTokens?: number | { readonly total?: number; readonly reasoning?: number };
  readonly cachedInputTokens?: number;
  readonly reasoningTokens?: number;
}

/** The usage that an AI SDK model reports, if it does. */
export function reportedUsage(usage: unknown): readonly LlmEvent[] {
  if (typeof usage !== 'object' || usage === null) return [];
  const { inputTokens: input, outputTokens: output, ...flat } = usage as Usage;
  const [prompt, completion] = [totalOf(input), totalOf(output)];
  if (prompt === undefined && completion === undefined) return [];
  const cachedTokens = typeof input === 'object' ? input.cacheRead : flat.cachedInputTokens;
  const reasoningTokens = typeof output === 'object' ? output.reasoning : flat.reasoningTokens;
  return [
    {
      type: 'usage',
      promptTokens: prompt ?? 0,
      completionTokens: completion ?? 0,
      ...(cachedTokens && { cachedTokens }),
      ...(reasoningTokens && { reasoningTokens }),
    },
  ];
}

const totalOf = (tokens: number | { readonly total?: number } | undefined): number | undefined =>
  typeof tokens === 'object' ? tokens.total : tokens;
