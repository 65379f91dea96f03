import { catchError, defer, EMPTY, type Observable, Subject, throwError } from 'rxjs';
import type { Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import { chunksOf } from '../../llm/bot/chunksOf.ts';
import { descriptionOf } from '../../llm/bot/descriptionOf.ts';
import type { Llm, LlmEvent, LlmRequest, Message } from '../../llm/message.ts';
import { fromAbortable } from '../../rx/abortable.ts';
import { notePromise } from '../../rx/promiseGuard.ts';
import { saysAnything } from '../../stt/sameWords.ts';
import { retryBeforeFirst } from '../http/retryBeforeFirst.ts';
import { aiError } from './aiError.ts';
import { promptOf } from './aiMessages.ts';
import { answerEvents, EmptyAnswer } from './answerEvents.ts';
import type { AiLanguageModel } from './languageModel.ts';
import type { StreamPart } from './streamPart.ts';

/** How an AI SDK model is asked; the names are those of the AI SDK. */
export interface AiLlmOptions {
  /** How freely it chooses words. Not sent unless given, since models that reason refuse it. */
  readonly temperature?: number;
  /** The longest answer, in tokens. No limit unless given. */
  readonly maxOutputTokens?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly stopSequences?: readonly string[];
  readonly seed?: number;
  /** How much it reasons before the first word: `none`, `minimal`, `low`, … (AI SDK 7). A caller hears it as silence. */
  readonly reasoning?: string;
  /** Headers of the requests. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Options of the provider: `{ google: { thinkingConfig: { thinkingBudget: 0 } } }`. */
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Tools that the provider itself runs, by name: `{ web_search: openai.tools.webSearch({}) }`. */
  readonly providerTools?: Readonly<Record<string, object>>;
  /** How long a request that failed before its first token is repeated, ms. Default 20,000. */
  readonly retryForMs?: number;
  /** How often at most. Default: as often as the time allows. */
  readonly retries?: number;
}

/**
 * A language model made of one of the AI SDK (`ai` 5 to 7; specification v2, v3, v4). Needs no package but the provider's.
 *
 * Reasoning is not spoken. It goes back to the model with the calls of tools it led to, likewise signatures and other
 * metadata. Tools of the provider (`providerTools`) are in the events, with their results. Unsubscribing aborts the request.
 * Errors have stage `llm` and say whether another attempt may succeed; before the first token it was already made.
 *
 * @throws RxvoiceError at once if `model` is no such model.
 *
 * @example
 * setup({ stt, llm: aiLlm(openai('gpt-6-luna')), tools: aiTools(tools), tts });
 */
export function aiLlm(model: AiLanguageModel, options: AiLlmOptions = {}): Llm {
  checkModel(model);
  const { providerTools = {}, retryForMs, retries, ...settings } = options;
  const from = `${model.provider} ${model.modelId}`;
  const ownTools = Object.entries(providerTools).map(([name, tool]) => providerTool(model, name, tool));

  const requestOf = (messages: readonly Message[], { tools = [], toolChoice }: LlmRequest): object => {
    const all = [
      ...tools.map(({ name, description, parameters }) => ({
        type: 'function',
        name,
        description,
        inputSchema: parameters,
      })),
      ...ownTools,
    ];
    return {
      ...settings,
      prompt: promptOf(messages, from),
      ...(all.length > 0 && { tools: all, toolChoice: { type: toolChoice ?? 'auto' } }),
    };
  };

  const session = (): Llm => {
    const notice$ = new Subject<Notice>();
    const warned = new Set<string>();
    const warn = (message: string): void => notice$.next({ type: 'warning', message });
    const warnOnce = (message: string): void => {
      if (!warned.has(message)) warn(message);
      warned.add(message);
    };
    const answer = (messages: readonly Message[], request: LlmRequest = {}): Observable<LlmEvent> =>
      defer(() => {
        notePromise(`the AI SDK model '${model.modelId}'`);
        const asked = requestOf(messages, request);
        return fromAbortable(async abortSignal => {
          const { stream } = await model.doStream({ ...asked, abortSignal });
          return chunksOf(stream) as AsyncIterable<StreamPart>;
        }).pipe(
          answerEvents({ from, warn, warnOnce }),
          retryBeforeFirst<LlmEvent>({ retryForMs, retries }, (error, failed) =>
            error instanceof EmptyAnswer ? failed === 1 : aiError(from, error).retryable,
          ),
          catchError((error: unknown) =>
            // The words before the tools ran were the answer.
            error instanceof EmptyAnswer && saidBefore(messages)
              ? EMPTY
              : throwError(() => aiError(from, error)),
          ),
        );
      });
    return Object.assign(answer, { notice$: notice$.asObservable() });
  };
  return Object.assign(session(), { session });
}

const versions = ['v2', 'v3', 'v4'];

function checkModel(model: AiLanguageModel): void {
  const given: unknown = model;
  const fail = (what: string): never => {
    throw new RxvoiceError(`aiLlm: ${what}`, { stage: 'llm' });
  };
  if (typeof given === 'string')
    fail(
      `'${given.slice(0, 60)}' is an id. Pass a model, such as openai('gpt-6-luna') or gateway('openai/…').`,
    );
  if (typeof given !== 'object' || given === null || !('doStream' in given))
    fail(
      `expected a language model of the AI SDK, such as openai('gpt-6-luna'), but got ${descriptionOf(given)}.`,
    );
  if (!versions.includes(model.specificationVersion))
    fail(
      `${model.modelId} has the specification version '${model.specificationVersion}'. Install a version of its package ` +
        `for ai 5, 6 or 7 (${versions.join(', ')}).`,
    );
}

/** A tool that the provider runs, as the model's version of the interface wants it. */
function providerTool(model: AiLanguageModel, name: string, tool: object): object {
  const { id, args = {} } = tool as { readonly id?: unknown; readonly args?: unknown };
  if (typeof id !== 'string')
    throw new RxvoiceError(
      `aiLlm: providerTools.${name} is ${descriptionOf(tool)}. Pass a tool of the provider, such as ` +
        'openai.tools.webSearch({}); give other tools to aiTools.',
      { stage: 'llm' },
    );
  return { type: model.specificationVersion === 'v2' ? 'provider-defined' : 'provider', id, name, args };
}

/** Whether the model said something before it called the tools whose results come last. */
function saidBefore(messages: readonly Message[]): boolean {
  if (messages.at(-1)?.role !== 'tool') return false;
  const user = messages.findLastIndex(({ role }) => role === 'user');
  return messages.slice(user + 1).some(({ role, content }) => role === 'assistant' && saysAnything(content));
}
