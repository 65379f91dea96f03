import type { Reply } from '../loopback/reply.ts';
import { apiError } from './openaiRefusal.ts';

/** Parameters that a family of OpenAI's models accepts. */
interface ModelRules {
  readonly model: RegExp;
  /** How much it may reason; without any it does not. */
  readonly efforts: readonly string[];
  /** Further efforts, in the Responses API only. */
  readonly more?: readonly string[];
  /** Its default reasoning effort. */
  readonly defaultEffort: string;
  /** Whether it calls tools in Chat Completions: always, only without reasoning, or not at all. */
  readonly tools: 'always' | 'withoutReasoning' | 'responses';
}

const lowToHigh = ['low', 'medium', 'high'] as const;
const noneToExtra = ['none', ...lowToHigh, 'xhigh'] as const;

/**
 * The rules of November 2026; the first that fits holds. Other names are models of servers that have no such rules.
 * Sources: the comments of `ReasoningEffort` in the official SDK (gpt-5, gpt-5.1, the o series); requests to the live
 * service in public reports (openai-openapi 541, pipecat 4043 and livekit/agents 5088: tools of gpt-5.2 and 5.4; joplin
 * 16451: gpt-5.6 reasons by default; bolna 1019 and litellm-docs 1173: gpt-6-astra). Assumptions: the default of
 * gpt-6-astra, which is not published, and that gpt-6.1-sol and gpt-5.3 are like their neighbours.
 */
const rules: readonly ModelRules[] = [
  {
    model: /^gpt-6-astra|^gpt-6\.1-sol/u,
    efforts: [...lowToHigh, 'xhigh'],
    more: ['max'],
    defaultEffort: 'medium',
    tools: 'responses',
  },
  {
    model: /^gpt-6-(?:sol|luna)|^gpt-5\.6/u,
    efforts: [...noneToExtra, 'max'],
    defaultEffort: 'medium',
    tools: 'withoutReasoning',
  },
  { model: /^gpt-5\.5/u, efforts: noneToExtra, defaultEffort: 'medium', tools: 'withoutReasoning' },
  { model: /^gpt-5\.[234]/u, efforts: noneToExtra, defaultEffort: 'none', tools: 'withoutReasoning' },
  { model: /^gpt-5\.1/u, efforts: ['none', ...lowToHigh], defaultEffort: 'none', tools: 'always' },
  { model: /^gpt-5-pro/u, efforts: ['high'], defaultEffort: 'high', tools: 'responses' },
  { model: /^gpt-5(?:-|$)/u, efforts: ['minimal', ...lowToHigh], defaultEffort: 'medium', tools: 'always' },
  { model: /^o[134](?:-|$)/u, efforts: lowToHigh, defaultEffort: 'medium', tools: 'always' },
];

/** The service's refusal of a request, by its model; `undefined` where it accepts it, or does not know the model. */
export function refusedByModel(body: Readonly<Record<string, unknown>>): Reply | undefined {
  const { model, tools, reasoning_effort: given } = body;
  const rule = rules.find(each => each.model.test(String(model)));
  if (rule === undefined) return undefined;
  const { efforts, defaultEffort } = rule;
  if (body['max_tokens'] != null)
    return apiError(
      400,
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      { param: 'max_tokens', code: 'unsupported_parameter' },
    );
  const reasons = ((given as string | null | undefined) ?? defaultEffort) !== 'none';
  const hasTools = Array.isArray(tools) && tools.length > 0;
  if (hasTools && (rule.tools === 'responses' || (reasons && rule.tools === 'withoutReasoning')))
    return apiError(
      400,
      `Function tools with reasoning_effort are not supported for ${String(model)} in /v1/chat/completions. ` +
        "To use function tools, use /v1/responses or set reasoning_effort to 'none'.",
      { param: 'reasoning_effort' },
    );
  if (given != null && !efforts.includes(given as string))
    return apiError(
      400,
      `Unsupported value: 'reasoning_effort' does not support '${given as string}' with this model. ` +
        `Supported values are: ${listed(efforts)}.`,
      { param: 'reasoning_effort', code: 'unsupported_value' },
    );
  for (const field of ['temperature', 'top_p'])
    if (reasons && body[field] != null && body[field] !== 1)
      return apiError(
        400,
        `Unsupported value: '${field}' does not support ${JSON.stringify(body[field])} with this model. ` +
          'Only the default (1) value is supported.',
        { param: field, code: 'unsupported_value' },
      );
  return undefined;
}

/** Models that do not reason, and refuse to be asked for it. */
const plain = /^gpt-[34]|^chatgpt-/u;

/** The service's refusal of a request for a response, by its model. All models call tools there, however they reason. */
export function refusedForResponse(body: Readonly<Record<string, unknown>>): Reply | undefined {
  const { model, include, reasoning } = body;
  const name = String(model);
  if (plain.test(name) && Array.isArray(include) && include.includes('reasoning.encrypted_content'))
    return apiError(400, 'Encrypted content is not supported with this model.', { param: 'include' });
  const rule = rules.find(each => each.model.test(name));
  if (rule === undefined) return undefined;
  const { defaultEffort } = rule;
  const efforts = [...rule.efforts, ...(rule.more ?? [])];
  const { effort } = (reasoning ?? {}) as { readonly effort?: string | null };
  if (effort != null && !efforts.includes(effort))
    return apiError(
      400,
      `Unsupported value: '${effort}' is not supported with the '${name}' model. ` +
        `Supported values are: ${listed(efforts)}.`,
      { param: 'reasoning.effort', code: 'unsupported_value' },
    );
  const reasons = (effort ?? defaultEffort) !== 'none';
  for (const field of ['temperature', 'top_p'])
    if (reasons && body[field] != null && body[field] !== 1)
      return apiError(400, `Unsupported parameter: '${field}' is not supported with this model.`, {
        param: field,
        code: 'unsupported_parameter',
      });
  return undefined;
}

/** 'low', 'medium', and 'high' */
const listed = (values: readonly string[]): string =>
  values
    .map((value, index) => `${index > 0 && index === values.length - 1 ? 'and ' : ''}'${value}'`)
    .join(', ');
