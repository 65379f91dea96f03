import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { catchError, throwError, timeout } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import type { Llm, Message } from '../../llm/message.ts';
import { fromAbortable } from '../../rx/abortable.ts';
import { type CompletionChunk, completionEvents } from './completionEvents.ts';
import { openaiConnection, type OpenaiConnectionOptions } from './openaiConnection.ts';
import { openaiError } from './openaiError.ts';
import { openaiSdk } from './openaiSdk.ts';
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
 * missing, or an option can't be. Unsubscribing closes the connection. Errors have stage `llm` and say whether another
 * attempt may succeed; those before the first token were tried again already, where they may.
 *
 * @example
 * const llm = openaiLlm({ baseURL: 'http://localhost:11434/v1', model: 'llama3.2' });
 */
export function openaiLlm(options: OpenaiLlmOptions = {}): Llm {
  const connection = openaiConnection(options);
  const { apiKey, baseURL, isOpenai } = connection;
  const { timeoutMs = defaults.timeoutMs, retries = defaults.retries, headers } = options;
  const model = options.model?.trim() || (isOpenai ? defaults.model : undefined);
  if (model === undefined)
    throw new RxvoiceError(
      `OpenAI: model is missing: with a baseURL of your own, give the id of a model that ${new URL(baseURL).host} has.`,
      { stage: 'llm' },
    );
  const sdk = openaiSdk();
  // Its retries ignore an abort while they wait, and its log would hold what people said.
  const client = new sdk.OpenAI({
    apiKey,
    baseURL,
    maxRetries: 0,
    logLevel: 'off',
    defaultHeaders: { ...headers },
  });

  return messages => {
    const request = {
      ...requestBody(options, model, isOpenai),
      messages: messages.map(bare),
      stream: true as const,
    };
    const said = messages.filter(({ role }) => role !== 'system').map(({ content }) => content);
    const explain = openaiError(sdk, { ...connection, stage: 'llm', model, timeoutMs, said });
    return fromAbortable(
      signal =>
        client.chat.completions.create(request, { signal }) as Promise<AsyncIterable<CompletionChunk>>,
    ).pipe(
      // The SDK's own timeout ends with the headers.
      timeout({ each: timeoutMs }),
      completionEvents(),
      retryBeforeFirst(retries, error => explain(error).retryable),
      catchError((error: unknown) => throwError(() => explain(error))),
    );
  };
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

const bare = ({ role, content, toolCalls, toolCallId }: Message): ChatCompletionMessageParam =>
  ({
    role,
    content,
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
    ...(toolCalls !== undefined && {
      tool_calls: toolCalls.map(({ id, name, arguments: json }) => ({
        id,
        type: 'function',
        function: { name, arguments: json },
      })),
    }),
  }) as ChatCompletionMessageParam;
