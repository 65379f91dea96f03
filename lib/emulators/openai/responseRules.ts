import type { Reply } from '../loopback/reply.ts';
import { refusedForResponse } from './modelRules.ts';
import type { OpenaiServerOptions } from './openaiOptions.ts';
import { apiError } from './openaiRefusal.ts';
import type { ResponseItem, ResponseRequest } from './responseItem.ts';
import { isEncryptedReasoning } from './responseWriter.ts';

/** Fields of chat completions, and their names here. */
const moved: Readonly<Record<string, string>> = {
  messages: 'input',
  max_tokens: 'max_output_tokens',
  max_completion_tokens: 'max_output_tokens',
  reasoning_effort: 'reasoning.effort',
  response_format: 'text.format',
};

const roles = ['system', 'developer', 'user', 'assistant'];
const types = ['message', 'function_call', 'function_call_output', 'reasoning'];
const leastTokens = 16;

/** Why a request for a response is refused, if it is. `conversation`: the whole of it, with the responses before. */
export function refusedResponse(
  body: Readonly<Record<string, unknown>>,
  conversation: readonly ResponseItem[],
  { models }: OpenaiServerOptions,
): Reply | undefined {
  const { model, input, previous_response_id: previous, max_output_tokens: tokens } = body;
  const wrong = (message: string, param: string, code: string | null = null, status = 400): Reply =>
    apiError(status, message, { param, code });
  const [old] = Object.keys(moved).filter(field => body[field] !== undefined);
  if (old !== undefined)
    return wrong(
      `Unsupported parameter: '${old}'. In the Responses API, this parameter has moved to '${moved[old]!}'.`,
      old,
      'unsupported_parameter',
    );
  if (typeof model !== 'string' || model === '')
    return wrong("Missing required parameter: 'model'.", 'model');
  if (models && !models.includes(model))
    return wrong(
      `The model \`${model}\` does not exist or you do not have access to it.`,
      'model',
      'model_not_found',
      404,
    );
  if (conversation.length === 0 || (typeof input !== 'string' && !Array.isArray(input)))
    return wrong(
      previous == null ? "Missing required parameter: 'input'." : "Invalid type for 'input'.",
      'input',
      'missing_required_parameter',
    );
  if (typeof tokens === 'number' && tokens < leastTokens)
    return wrong(
      `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= ${leastTokens}, but got ${tokens} instead.`,
      'max_output_tokens',
      'integer_below_min_value',
    );
  return (
    wrongItem(conversation, wrong) ??
    unpaired(conversation, wrong) ??
    wrongTool(body as unknown as ResponseRequest, wrong) ??
    refusedForResponse(body)
  );
}

type Wrong = (message: string, param: string, code?: string | null, status?: number) => Reply;

function wrongItem(items: readonly ResponseItem[], wrong: Wrong): Reply | undefined {
  for (const [index, item] of items.entries()) {
    const { type, role, id, encrypted_content: encrypted } = item;
    if (!types.includes(String(type)))
      return wrong(`Invalid value: '${String(type)}'.`, `input[${index}].type`, 'invalid_value');
    if (type === 'message' && !roles.includes(String(role)))
      return wrong(`Invalid value: '${String(role)}'.`, `input[${index}].role`, 'invalid_value');
    if (type !== 'reasoning') continue;
    if (encrypted == null)
      return wrong(
        `Item with id '${String(id)}' not found. Items are not persisted when \`store\` is set to false.`,
        'input',
        null,
        404,
      );
    if (!isEncryptedReasoning(encrypted))
      return wrong(
        `The encrypted content for item ${String(id)} could not be verified.`,
        'input',
        'invalid_encrypted_content',
      );
  }
  return undefined;
}

/** A call without an output, or an output without a call. */
function unpaired(items: readonly ResponseItem[], wrong: Wrong): Reply | undefined {
  const idsOf = (wanted: string): string[] =>
    items.filter(({ type }) => type === wanted).map(({ call_id: id }) => String(id));
  const [calls, outputs] = [idsOf('function_call'), idsOf('function_call_output')];
  const open = calls.find(id => !outputs.includes(id));
  if (open !== undefined) return wrong(`No tool output found for function call ${open}.`, 'input');
  const stray = outputs.find(id => !calls.includes(id));
  return stray === undefined
    ? undefined
    : wrong(`No tool call found for function call output with call_id ${stray}.`, 'input');
}

function wrongTool({ tools }: ResponseRequest, wrong: Wrong): Reply | undefined {
  for (const [index, { type, name, strict, parameters }] of (tools ?? []).entries()) {
    if (type !== 'function') continue;
    if (typeof name !== 'string')
      return wrong(`Missing required parameter: 'tools[${index}].name'.`, `tools[${index}].name`);
    const { properties = {}, required, additionalProperties } = (parameters ?? {}) as Schema;
    const isStrict =
      additionalProperties === false && Object.keys(properties).every(field => required?.includes(field));
    if (strict === true && !isStrict)
      return wrong(
        `Invalid schema for function '${name}': In context=(), 'additionalProperties' is required to be supplied and ` +
          "to be false, and 'required' to include every key in properties.",
        `tools[${index}].parameters`,
        'invalid_function_parameters',
      );
  }
  return undefined;
}

interface Schema {
  readonly properties?: object;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}
