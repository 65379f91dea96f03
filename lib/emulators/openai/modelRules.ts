import type { Reply } from '../loopback/reply.ts';
import { apiError } from './openaiRefusal.ts';

/** Parameters of a chat completion that a family of OpenAI's models accepts. */
interface ModelRules {
  readonly model: RegExp;
  /** How much it may reason; without any it does not. */
  readonly efforts: readonly string[];
  /** Its default reasoning effort. */
  readonly defaultEffort: string;
  /** Whether it calls tools: always, only without reasoning, or in the Responses API only. */
  readonly tools: 'always' | 'withoutReasoning' | 'responses';
}

const lowToHigh = ['low', 'medium', 'high'] as const;

/**
 * The rules as the documentation of November 2026 has them; the first that fits holds. Other names are models of servers
 * that have no such rules.
 */
const rules: readonly ModelRules[] = [
  {
    model: /^gpt-6-astra|^gpt-6\.1-sol/u,
    efforts: ['none', ...lowToHigh, 'xhigh', 'max'],
    defaultEffort: 'medium',
    tools: 'responses',
  },
  {
    model: /^gpt-6-(?:sol|luna)|^gpt-5\.[456]/u,
    efforts: ['none', ...lowToHigh, 'xhigh', 'max'],
    defaultEffort: 'medium',
    tools: 'withoutReasoning',
  },
  { model: /^gpt-5\.[123]/u, efforts: ['none', ...lowToHigh], defaultEffort: 'none', tools: 'always' },
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
  if (given != null && !efforts.includes(given as string))
    return apiError(
      400,
      `Unsupported value: 'reasoning_effort' does not support '${JSON.stringify(given)}' with this model. ` +
        `Supported values are: ${efforts.map(effort => `'${effort}'`).join(', ')}.`,
      { param: 'reasoning_effort', code: 'unsupported_value' },
    );
  const reasons = ((given as string | null | undefined) ?? defaultEffort) !== 'none';
  const hasTools = Array.isArray(tools) && tools.length > 0;
  if (hasTools && rule.tools === 'responses')
    return apiError(
      400,
      `Function tools are not supported for ${String(model)} in /v1/chat/completions. Please use /v1/responses instead.`,
      { param: 'tools', code: 'unsupported_parameter' },
    );
  if (hasTools && reasons && rule.tools === 'withoutReasoning')
    return apiError(
      400,
      `Function tools with reasoning_effort are not supported for ${String(model)} in /v1/chat/completions. ` +
        "Please use /v1/responses instead, or set reasoning_effort to 'none'.",
      { param: 'reasoning_effort', code: 'unsupported_parameter' },
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
  const { efforts, defaultEffort } = rule;
  const { effort } = (reasoning ?? {}) as { readonly effort?: string | null };
  if (effort != null && !efforts.includes(effort))
    return apiError(
      400,
      `Unsupported value: '${effort}' is not supported with the '${name}' model. ` +
        `Supported values are: ${efforts.map(each => `'${each}'`).join(', ')}.`,
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
