import {
  catchError,
  concat,
  debounceTime,
  defer,
  EMPTY,
  of,
  type OperatorFunction,
  Subject,
  takeUntil,
  throwError,
} from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import { CalledTools, type ToolCallDelta } from './calledTools.ts';
import type { LlmEvent } from '../../llm/message.ts';
import { each } from '../../rx/each.ts';

/** A chunk of a streamed chat completion. Compatible servers leave out what they like, so nothing in it is certain. */
export interface CompletionChunk {
  readonly choices?:
    | readonly {
        readonly delta?: {
          /** A text; some servers send a list of parts, as in a message. */
          readonly content?: string | readonly ContentPart[] | null;
          readonly refusal?: string | null;
          readonly tool_calls?: readonly ToolCallDelta[] | null;
        } | null;
        readonly finish_reason?: string | null;
      }[]
    | null;
  readonly usage?: {
    readonly prompt_tokens?: number;
    readonly completion_tokens?: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
    readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
  } | null;
}

interface ContentPart {
  readonly type?: string;
  readonly text?: string;
}

/** How long a stream may stay silent after its `finish_reason`, ms: the usage comes at once, where it comes. */
const lingerMs = 500;

/**
 * Reads the chunks of a streamed chat completion (`POST /v1/chat/completions` with `stream: true`).
 *
 * A refusal is an answer like any other. An answer is only whole with a `finish_reason`: a stream that ends without
 * one was cut, and gives an RxvoiceError; after one, whatever happens to the connection doesn't matter, and a server
 * that sends nothing more but stays is not waited for: the last words are said when the answer ends. Tool calls are
 * passed on when the answer is whole. The usage is the last one told, since some servers count along.
 */
export const completionEvents = (): OperatorFunction<CompletionChunk, LlmEvent> => chunk$ =>
  defer(() => {
    let finish: string | undefined;
    let usage: CompletionChunk['usage'];
    let empty = true;
    const called = new CalledTools();
    const whole$ = new Subject<void>();

    const token$ = chunk$.pipe(
      each((chunk): LlmEvent[] => {
        const choice = chunk.choices?.[0];
        finish = choice?.finish_reason || finish;
        usage = chunk.usage ?? usage;
        for (const delta of choice?.delta?.tool_calls ?? []) called.add(delta);
        if (finish !== undefined) whole$.next();
        const text = textOf(choice?.delta?.content) || choice?.delta?.refusal;
        if (!text) return [];
        empty = false;
        return [{ type: 'token', text }];
      }),
      catchError((error: unknown) => (finish === undefined ? throwError(() => error) : EMPTY)),
      takeUntil(whole$.pipe(debounceTime(lingerMs))),
    );

    return concat(
      token$,
      defer(() => {
        const calls = called.calls.map((call): LlmEvent => ({ type: 'toolCall', ...call }));
        const flaw = flawOf(finish, empty && calls.length === 0);
        return flaw === undefined ? of(...calls, ...costOf(usage)) : throwError(() => flaw);
      }),
    );
  });

/** The text of what was said; parts of other types, such as a model's thoughts, are not. */
function textOf(content: string | readonly ContentPart[] | null | undefined): string {
  if (!Array.isArray(content)) return (content as string | null | undefined) ?? '';
  return (content as readonly ContentPart[])
    .map(({ type, text = '' }) => (type === 'text' ? text : ''))
    .join('');
}

function costOf(usage: CompletionChunk['usage']): LlmEvent[] {
  if (!usage) return [];
  const { prompt_tokens: promptTokens = 0, completion_tokens: completionTokens = 0 } = usage;
  const cachedTokens = usage.prompt_tokens_details?.cached_tokens;
  const reasoningTokens = usage.completion_tokens_details?.reasoning_tokens;
  return [
    {
      type: 'usage',
      promptTokens,
      completionTokens,
      ...(cachedTokens && { cachedTokens }),
      ...(reasoningTokens && { reasoningTokens }),
    },
  ];
}

/** What is wrong with an answer that ended this way. */
function flawOf(finish: string | undefined, empty: boolean): RxvoiceError | undefined {
  if (finish === undefined)
    return new RxvoiceError('The language model broke off in the middle of its answer (no finish_reason).', {
      stage: 'llm',
      retryable: true,
    });
  if (finish === 'content_filter')
    return new RxvoiceError(
      "The server's content filter stopped the answer (finish_reason content_filter).",
      {
        stage: 'llm',
      },
    );
  if (finish === 'length' && empty)
    return new RxvoiceError(
      'The language model used up all its tokens before the first word (finish_reason length): raise maxTokens, ' +
        "or set reasoningEffort to 'none'.",
      { stage: 'llm' },
    );
  return undefined;
}
