import type { ServerResponse } from 'node:http';
import { map, timer } from 'rxjs';
import type { Connection } from '../loopback/connection.ts';
import { close, json, type ServerFrame } from '../loopback/frames.ts';
import { reply as answer } from '../loopback/reply.ts';
import { serveAnswer } from '../loopback/serveAnswer.ts';
import { completionOf } from './completion.ts';
import { completionStream, wholeCompletion } from './completionStream.ts';
import { type ChatRequest, defaultLatencies, type OpenaiServerOptions } from './openaiOptions.ts';
import { refusedByModel } from './modelRules.ts';
import { apiError } from './openaiRefusal.ts';

/** Answers `/v1/chat/completions`. */
export function completionRequest(
  response: ServerResponse,
  body: Record<string, unknown>,
  connection: Connection,
  options: OpenaiServerOptions,
): void {
  const wrong = complaint(body, options);
  if (wrong) return answer(response, wrong);
  const request = body as unknown as ChatRequest;
  const { reply = 'Hello. This is a test.' } = options;
  const completion = completionOf(
    typeof reply === 'function' ? reply(request.messages, request) : reply,
    request,
  );
  const latencies = { ...defaultLatencies, ...options.latencies };
  if (request.stream === true)
    return serveAnswer(
      response,
      {
        frame$: completionStream(completion, request, latencies, connection),
        headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
        errorFrames: [json(midStreamError), close()],
        garbage: { type: 'text', text: 'data: {"id": nonsense\n\n' },
      },
      connection,
    );
  const { firstTokenMs, tokensPerSecond } = latencies;
  const tokensMs = tokensPerSecond > 0 ? (completion.deltas.length * 1000) / tokensPerSecond : 0;
  const whole = JSON.stringify(wholeCompletion(completion, request, connection));
  serveAnswer(
    response,
    {
      frame$: timer(firstTokenMs + tokensMs).pipe(map((): ServerFrame => ({ type: 'text', text: whole }))),
      headers: { 'content-type': 'application/json' },
    },
    inOnePiece(connection),
  );
}

/** The connection of an answer in one piece, which can only fail in that. */
export const inOnePiece = (connection: Connection): Connection => {
  const { fate } = connection;
  return fate.stream
    ? { ...connection, fate: { ...fate, stream: { after: 0, ...fate.stream } } }
    : connection;
};

const midStreamError = {
  error: {
    message: 'The server had an error while processing your request.',
    type: 'server_error',
    param: null,
    code: null,
  },
};

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
const roles = ['system', 'developer', 'user', 'assistant', 'tool'];

/** The error in a request, if any. */
function complaint(body: Record<string, unknown>, { models }: OpenaiServerOptions) {
  const { model, messages, reasoning_effort: effort } = body;
  if (typeof model !== 'string' || model === '')
    return apiError(400, 'you must provide a model parameter', { param: 'model' });
  if (models && !models.includes(model))
    return apiError(404, `The model \`${model}\` does not exist or you do not have access to it.`, {
      code: 'model_not_found',
    });
  if (!Array.isArray(messages) || messages.length === 0)
    return apiError(400, "Missing required parameter: 'messages'.", { param: 'messages' });
  const stranger = (messages as { readonly role?: unknown }[]).findIndex(
    ({ role }) => !roles.includes(String(role)),
  );
  if (stranger !== -1)
    return apiError(400, 'Invalid value for role.', { param: `messages[${stranger}].role` });
  const unanswered = unansweredCall(messages as ChatRequest['messages']);
  if (unanswered !== undefined)
    return apiError(
      400,
      `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. ` +
        `The following tool_call_ids did not have response messages: ${unanswered}`,
      { param: 'messages' },
    );
  if (effort !== undefined && effort !== null && !efforts.includes(effort as string))
    return apiError(400, `Invalid value for reasoning_effort: use one of ${efforts.join(', ')}.`, {
      param: 'reasoning_effort',
      code: 'unsupported_value',
    });
  return refusedByModel(body);
}

/** The id of a tool call that no tool message right after it answers. */
function unansweredCall(messages: ChatRequest['messages']): string | undefined {
  for (const [index, { tool_calls: calls = [] }] of messages.entries()) {
    const rest = messages.slice(index + 1);
    const next = rest.findIndex(({ role }) => role !== 'tool');
    const answered = new Set(
      rest.slice(0, next === -1 ? rest.length : next).map(({ tool_call_id }) => tool_call_id),
    );
    const missing = calls.find(({ id }) => !answered.has(id));
    if (missing) return missing.id;
  }
  return undefined;
}
