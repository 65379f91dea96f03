import { setImmediate } from 'node:timers/promises';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { catchError, throwError, timeout } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import type { Llm, LlmRequest, Message } from '../../llm/message.ts';
import { fromAbortable } from '../../rx/abortable.ts';
import { type CompletionChunk, completionEvents } from './completionEvents.ts';
import { openaiClient, perCall } from './openaiClient.ts';
import { openaiConnection, type OpenaiConnectionOptions } from './openaiConnection.ts';
import { openaiError } from './openaiError.ts';
import { retryBeforeFirst } from './retryBeforeFirst.ts';

/** How a chat model of OpenAI, or of a server that speaks the same protocol, is asked. */
export interface OpenaiLlmOptions extends OpenaiConnectionOptions {
  /** The model's id. Default `gpt-6-luna`, small and fast; with a server of your own it must be given. */
  readonly model?: string;
  /** How freely it chooses words, 0 … 2. Not sent unless given, since models that reason refuse it. */
  readonly temperature?: number;
  /** The longest answer, in tokens (those of reasoning count). No limit unless given. */
  readonly maxTokens?: number;
  /**
   * How much it reasons before the first word: `none`, `minimal`, `low`, `medium`, … (models differ). Default `none`
   * with the default model; not sent with another unless given. A caller hears reasoning as silence.
   */
  readonly reasoningEffort?: string;
  /** Further fields of the request's body, as the API calls them: `{ service_tier: 'priority' }`. They replace ours. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
  /** The longest the server may send nothing, before the first token and between two, ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** How often a request is made again before its first token. Default 2. */
  readonly retries?: number;
}

/** The one place that names a model: it is the provider's small fast one, and ids come and go. */
const defaults = {
  model: 'gpt-6-luna',
  reasoningEffort: 'none',
  timeoutMs: 10_000,
  retries: 2,
} as const satisfies OpenaiLlmOptions;

/**
 * A chat model of OpenAI, or of any server with the same protocol (Ollama, vLLM, llama.cpp, Groq, …), streamed.
 *
 * Needs the package `openai`, version 6 or 7. Throws an RxvoiceError at once where the package, the key or the model is
 * missing, or an option can't be. Unsubscribing closes the connection; otherwise it is kept for the next turn, see
 * `fetch`. Errors have stage `llm` and say whether another
 * attempt may succeed; those before the first token were tried again already, where they may.
 *
 * @example
 * const llm = openaiLlm({ baseURL: 'http://localhost:11434/v1', model: 'llama3.2' });
 */
export function openaiLlm(options: OpenaiLlmOptions = {}): Llm {
  const connection = openaiConnection(options);
  const { baseURL, isOpenai } = connection;
  const { timeoutMs = defaults.timeoutMs, retries = defaults.retries } = options;
  const model = options.model?.trim() || (isOpenai ? defaults.model : undefined);
  if (model === undefined)
    throw new RxvoiceError(
      `OpenAI: model is missing: with a baseURL of your own, give the id of a model that ${new URL(baseURL).host} has.`,
      { stage: 'llm' },
    );
  const service = openaiClient(connection, options, model);
  const { sdk } = service;

  return perCall<Llm>(service, `${connection.who} ${model}`, client => (messages, request = {}) => {
    const body = {
      ...requestBody(options, model, isOpenai),
      ...toolFields(request),
      messages: messages.map(bare),
      stream: true as const,
    };
    const said = messages
      .filter(({ role }) => role !== 'system')
      .flatMap(({ content, toolCalls = [] }) => [content, ...toolCalls.map(call => call.arguments)]);
    const explain = openaiError(sdk, { ...connection, stage: 'llm', model, timeoutMs, said });
    const ask = async (signal: AbortSignal): Promise<AsyncIterable<CompletionChunk>> => {
      // The request that called the tools is just over: a moment later its connection is free.
      if (messages.at(-1)?.role === 'tool') await setImmediate();
      return client.chat.completions.create(body, { signal });
    };
    return fromAbortable(ask).pipe(
      // The SDK's own timeout ends with the headers.
      timeout({ each: timeoutMs }),
      completionEvents(),
      retryBeforeFirst(retries, error => explain(error).retryable),
      catchError((error: unknown) => throwError(() => explain(error))),
    );
  });
}

/** The fields of a request that don't depend on the conversation. */
function requestBody(options: OpenaiLlmOptions, model: string, isOpenai: boolean) {
  const { temperature, maxTokens, extraBody } = options;
  const reasoningEffort =
    options.reasoningEffort ?? (model === defaults.model ? defaults.reasoningEffort : undefined);
  return {
    model,
    stream_options: { include_usage: true },
    ...(temperature !== undefined && { temperature }),
    // OpenAI's newer models refuse max_tokens; many compatible servers know nothing else.
    ...(maxTokens !== undefined && { [isOpenai ? 'max_completion_tokens' : 'max_tokens']: maxTokens }),
    ...(reasoningEffort !== undefined && { reasoning_effort: reasoningEffort as 'none' }),
    ...extraBody,
  };
}

const toolFields = ({ tools = [], toolChoice }: LlmRequest) =>
  tools.length > 0 && {
    tools: tools.map(description => ({ type: 'function' as const, function: { ...description } })),
    ...(toolChoice !== undefined && { tool_choice: toolChoice }),
  };

const bare = ({ role, content, toolCalls, toolCallId }: Message): ChatCompletionMessageParam =>
  ({
    role,
    // Said nothing but called a tool: some servers refuse an empty text there.
    content: content === '' && toolCalls !== undefined ? null : content,
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
    ...(toolCalls !== undefined && {
      tool_calls: toolCalls.map(({ id, name, arguments: json }) => ({
        id,
        type: 'function',
        // What a model made up once would have every later request refused.
        function: { name: name.replace(/[^\w-]/gu, '_'), arguments: isJson(json) ? json : '{}' },
      })),
    }),
  }) as ChatCompletionMessageParam;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
