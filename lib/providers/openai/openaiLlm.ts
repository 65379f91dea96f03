import { setImmediate } from 'node:timers/promises';
import type { OpenAI } from 'openai';
import { catchError, defer, EMPTY, type Observable, throwError, timeout } from 'rxjs';
import type { Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import type { Llm, LlmEvent, LlmRequest, Message } from '../../llm/message.ts';
import { fromAbortable } from '../../rx/abortable.ts';
import { onFirst } from '../../rx/onFirst.ts';
import { saysAnything } from '../../stt/sameWords.ts';
import { Adjustments } from './adjustments.ts';
import type { UntaggedThoughts } from './answerStart.ts';
import { chatMessages, type ProviderData } from './chatMessages.ts';
import { completionChunks } from './completionChunks.ts';
import { completionEvents, EmptyAnswer } from './completionEvents.ts';
import { isContextFull, lengthOf, shorter } from './contextFull.ts';
import { openaiClient, perCall } from './openaiClient.ts';
import { openaiConnection, type OpenaiConnectionOptions } from './openaiConnection.ts';
import { openaiError } from './openaiError.ts';
import { retryBeforeFirst } from './retryBeforeFirst.ts';
import { serverEvents } from './serverEvents.ts';

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
  /**
   * `strict`: messages are sent in the order that strict chat templates accept: one system message first, user and
   * assistant in turn, none empty, no user after a tool. `plain`: as they are. Default `strict`.
   */
  readonly messageOrder?: 'strict' | 'plain';
  /** The longest the server may send nothing (comments count), before the first token and after it, ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** How long a request that failed before its first token is made again, ms. Default 20,000. */
  readonly retryForMs?: number;
  /** How often at most. Default: as often as the time allows. */
  readonly retries?: number;
}

/** The one place that names a model: it is the provider's small fast one, and ids come and go. */
const defaults = {
  model: 'gpt-6-luna',
  reasoningEffort: 'none',
  timeoutMs: 10_000,
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
  const { baseURL, isOpenai, who } = connection;
  const { timeoutMs = defaults.timeoutMs, messageOrder: order = 'strict' } = options;
  const model = options.model?.trim() || (isOpenai ? defaults.model : undefined);
  if (model === undefined)
    throw new RxvoiceError(
      `OpenAI: model is missing: with a baseURL of your own, give the id of a model that ${new URL(baseURL).host} has.`,
      { stage: 'llm' },
    );
  const service = openaiClient(connection, options, model);
  const { sdk } = service;
  const name = `${who} ${model}`;
  // A refusal of a parameter is a fact about the model: learned once, for all calls.
  const adjustments = new Adjustments();
  const thoughts: UntaggedThoughts = { expected: false };
  let tooLong = Infinity;

  const engine = (client: OpenAI, tell: (notice: Notice) => void): Llm => {
    const warn = (message: string): void => tell({ type: 'warning', message });

    /** One request, and the same once more where what went wrong may pass. */
    const request = (messages: readonly Message[], body: Body, { tools = [] }: LlmRequest) => {
      const said = messages
        .filter(({ role }) => role !== 'system')
        .flatMap(({ content, toolCalls = [] }) => [content, ...toolCalls.map(call => call.arguments)]);
      const explain = openaiError(sdk, { ...connection, stage: 'llm', model, timeoutMs, said });
      let headers = new Headers();
      const ask = async (signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> => {
        // The request that called the tools is just over: a moment later its connection is free.
        if (messages.at(-1)?.role === 'tool') await setImmediate();
        // Not the SDK's events: it keeps comments to itself, and they are signs of life.
        const response = await client.chat.completions.create(body as never, { signal }).asResponse();
        headers = response.headers;
        return (response.body ?? []) as unknown as AsyncIterable<Uint8Array>;
      };
      const answer$ = fromAbortable(ask).pipe(
        // The SDK's own timeout ends with the headers.
        timeout({ each: timeoutMs }),
        serverEvents(),
        timeout({ each: longestThoughtMs, with: () => throwError(() => onlyComments(who)) }),
        completionChunks(
          who,
          ({ status, ...error }) => new sdk.APIError(status, error, error.message, headers),
        ),
        completionEvents({
          names: tools.map(({ name }) => name),
          warn,
          thoughts,
          dataOf: (attached, message): ProviderData => ({
            from: name,
            ...(attached && { attached }),
            ...(message && { message }),
          }),
        }),
        retryBeforeFirst<LlmEvent>(options, (error, failed) =>
          error instanceof EmptyAnswer ? failed === 1 : explain(error).retryable,
        ),
      );
      return { answer$, explain };
    };

    /** Sends a request, and repeats it with changes that the model's refusal asks for. */
    const answer = (
      messages: readonly Message[],
      wanted: LlmRequest,
      left = mostChanges,
    ): Observable<LlmEvent> =>
      defer(() => {
        const body = adjustments.apply({
          ...requestBody(options, model, connection.wantsCompletionTokens),
          ...toolFields(wanted),
          messages: chatMessages(messages, { from: name, order, attached: adjustments.attached }),
          stream: true,
        });
        const { answer$, explain } = request(messages, body, wanted);
        let begun = false;

        const changed = (error: unknown): Observable<LlmEvent> | undefined => {
          if (begun || left === 0) return undefined;
          if (isContextFull(error)) {
            tooLong = Math.min(tooLong, lengthOf(messages));
            const less = shorter(messages);
            if (less === undefined) return undefined;
            warn(
              `${name}: the conversation is longer than the model's context; its oldest part was left out.`,
            );
            return answer(less, wanted, left - 1);
          }
          const learned = adjustments.learn(error as object, body);
          if (learned === undefined) return undefined;
          warn(`${name} ${learned}.`);
          return answer(messages, wanted, left - 1);
        };

        return answer$.pipe(
          onFirst(() => (begun = true)),
          catchError((error: unknown) => {
            // The words before the tools ran were the answer.
            if (error instanceof EmptyAnswer && saidBefore(messages)) return EMPTY;
            return changed(error) ?? throwError(() => explain(error));
          }),
        );
      });

    return (messages, wanted = {}) => answer(fitting(messages), wanted);
  };

  /** A history that is clearly shorter than what the model refused for its length. */
  const fitting = (messages: readonly Message[]): readonly Message[] => {
    const less = lengthOf(messages) < tooLong ? undefined : shorter(messages);
    return less === undefined ? messages : fitting(less);
  };

  return perCall<Llm>(service, name, engine);
}

type Body = Readonly<Record<string, unknown>>;

/** How often a request is changed as the server says. */
const mostChanges = 6;

/** How long a server may send comments only, ms. */
const longestThoughtMs = 120_000;

const onlyComments = (who: string): RxvoiceError =>
  new RxvoiceError(`${who} sent comments but no answer for ${longestThoughtMs / 1000} s.`, { stage: 'llm' });

/** Whether the model said something before it called the tools whose results come last. */
function saidBefore(messages: readonly Message[]): boolean {
  if (messages.at(-1)?.role !== 'tool') return false;
  const user = messages.findLastIndex(({ role }) => role === 'user');
  return messages.slice(user + 1).some(({ role, content }) => role === 'assistant' && saysAnything(content));
}

/** The fields of a request that don't depend on the conversation. */
function requestBody(options: OpenaiLlmOptions, model: string, wantsCompletionTokens: boolean): Body {
  const { temperature, maxTokens, extraBody } = options;
  const reasoningEffort =
    options.reasoningEffort ?? (model === defaults.model ? defaults.reasoningEffort : undefined);
  return {
    model,
    stream_options: { include_usage: true },
    ...(temperature !== undefined && { temperature }),
    // OpenAI's newer models refuse max_tokens; many compatible servers know nothing else.
    ...(maxTokens !== undefined && {
      [wantsCompletionTokens ? 'max_completion_tokens' : 'max_tokens']: maxTokens,
    }),
    ...(reasoningEffort !== undefined && { reasoning_effort: reasoningEffort }),
    ...extraBody,
  };
}

const toolFields = ({ tools = [], toolChoice }: LlmRequest): Body =>
  tools.length > 0
    ? {
        tools: tools.map(description => ({ type: 'function' as const, function: { ...description } })),
        ...(toolChoice !== undefined && { tool_choice: toolChoice }),
      }
    : {};
