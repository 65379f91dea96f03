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
import type { LlmEvent } from '../../llm/message.ts';
import { each } from '../../rx/each.ts';
import { AnswerStart, type UntaggedThoughts } from './answerStart.ts';
import { type CalledTool, CalledTools, type ToolCallDelta } from './calledTools.ts';
import { endingOf } from './finishReason.ts';
import { Attached, type AttachedToMessage } from './reasoning.ts';

/** A chunk of a streamed chat completion. Compatible servers may leave out any field, so every field is optional. */
export interface CompletionChunk {
  readonly choices?: readonly CompletionChoice[] | null;
  readonly usage?: {
    readonly prompt_tokens?: number;
    readonly completion_tokens?: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
    readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
  } | null;
  /** Not of the service: the stream says that it is over, by `[DONE]`. */
  readonly done?: boolean;
}

interface CompletionChoice {
  readonly index?: number | null;
  readonly delta?: CompletionDelta | null;
  /** A server that does not stream, or gives the whole once more, has the message. */
  readonly message?: CompletionDelta | null;
  /** The field of completions that are no chat. */
  readonly text?: string | null;
  readonly finish_reason?: unknown;
}

interface CompletionDelta {
  /** A text; some servers send a list of parts, as in a message. */
  readonly content?: string | readonly (ContentPart | string)[] | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly (ToolCallDelta | null)[] | ToolCallDelta | null;
  /** The form of before there were tools. */
  readonly function_call?: ToolCallDelta['function'];
}

interface ContentPart {
  readonly type?: string;
  readonly text?: unknown;
  readonly refusal?: unknown;
}

/** How {@link completionEvents} reads. */
export interface CompletionEventsOptions {
  /** The names of the tools that were offered. */
  readonly names?: Iterable<string>;
  /** Called with a warning about an answer that is usable all the same. */
  readonly warn?: (message: string) => void;
  /** Knowledge of the model's reasoning, for all its answers. Default: none. */
  readonly thoughts?: UntaggedThoughts;
  /**
   * Makes the `providerData` of calls from the data that the server attached to them, and to the message of the first.
   */
  readonly dataOf?: (attached: CalledTool['attached'], message: AttachedToMessage | undefined) => unknown;
}

/** How long a stream may stay silent after its `finish_reason`, ms: the usage comes at once, where it comes. */
const lingerMs = 500;

/** An answer without a word: asking once more may help, asking on and on does not. */
export class EmptyAnswer extends RxvoiceError {}

/**
 * Reads the chunks of a streamed chat completion (`POST /v1/chat/completions` with `stream: true`).
 *
 * A refusal is an answer like any other. An answer is whole with a `finish_reason`, `[DONE]`, or a usage of its own at
 * the end; a stream that ends without any of them was cut, and gives an RxvoiceError. Once it is whole, whatever happens
 * to the connection doesn't matter, and a server that sends nothing more but stays is not waited for: the last words are
 * said when the answer ends. An answer without a word that can be spoken is an {@link EmptyAnswer}; marks and spaces
 * before the first word come with it. `warn` reports one that was cut by the limit of tokens. Tool calls are passed on
 * when the answer is whole. The usage is the last one received, since some servers send running totals.
 */
export const completionEvents =
  ({
    names = [],
    warn = () => undefined,
    thoughts = { expected: false },
    dataOf,
  }: CompletionEventsOptions = {}): OperatorFunction<CompletionChunk, LlmEvent> =>
  chunk$ =>
    defer(() => {
      let finish: string | undefined;
      let isDone = false;
      let usage: CompletionChunk['usage'];
      let mine: number | null | undefined;
      const start = new AnswerStart(thoughts, warn);
      let refused = false;
      let begun = false;
      const called = new CalledTools(names);
      const attached = new Attached();
      const whole$ = new Subject<void>();

      const token$ = chunk$.pipe(
        each((chunk): LlmEvent[] => {
          const [choice] = chunk.choices ?? [];
          usage = chunk.usage ?? usage;
          isDone ||= chunk.done === true || (begun && choice === undefined && chunk.usage != null);
          // With more than one answer, the first one is spoken.
          mine ??= choice?.index;
          const isMine = choice?.index == null || choice.index === mine;
          if (isMine && typeof choice?.finish_reason === 'string') finish = choice.finish_reason || finish;
          if (finish !== undefined || isDone) whole$.next();
          if (choice === undefined || !isMine) return [];
          // A message after the pieces of it holds the same once more.
          const delta = choice.delta ?? (start.isEmpty ? choice.message : undefined) ?? {};
          for (const call of callsOf(delta)) {
            called.add(call);
            begun = true;
          }
          attached.add(delta as Readonly<Record<string, unknown>>);
          refused ||= Boolean(delta.refusal);
          const text = textOf(delta.content) || textOf(delta.refusal) || textOf(choice.text);
          if (text === '') return [];
          begun = true;
          return tokens(start.push(text));
        }),
        catchError((error: unknown) => (finish === undefined && !isDone ? throwError(() => error) : EMPTY)),
        takeUntil(whole$.pipe(debounceTime(lingerMs))),
      );

      return concat(
        token$,
        defer(() => {
          const { calls } = called;
          const ending = finish ?? (isDone ? 'stop' : undefined);
          const rest = ending !== undefined && endingOf(ending) === 'whole' ? start.rest() : '';
          const flaw = flawOf(ending, start.held, calls.length > 0, attached.all);
          if (flaw !== undefined) return throwError(() => flaw);
          if (finish !== undefined && endingOf(finish) === 'length') warn(cutShort(finish));
          if (refused) warn('The language model refused to answer as it was asked; it said so.');
          return of(
            ...tokens(rest),
            ...calls.map((call, index) => toolCall(call, index, attached.all, dataOf)),
            ...costOf(usage),
          );
        }),
      );
    });

const toolCall = (
  { attached, ...call }: CalledTool,
  index: number,
  message: AttachedToMessage | undefined,
  dataOf: CompletionEventsOptions['dataOf'],
): LlmEvent => {
  const ofMessage = index === 0 ? message : undefined;
  const data = attached || ofMessage ? dataOf?.(attached, ofMessage) : undefined;
  return { type: 'toolCall', ...call, ...(data !== undefined && { providerData: data }) };
};

const tokens = (text: string): LlmEvent[] => (text === '' ? [] : [{ type: 'token', text }]);

/** The pieces of tool calls in a delta, in whichever form. */
function callsOf({ tool_calls: calls, function_call: legacy }: CompletionDelta): readonly ToolCallDelta[] {
  const list = (Array.isArray(calls) ? calls : [calls]) as readonly (ToolCallDelta | null | undefined)[];
  return [...list, legacy && { function: legacy }].filter(call => call != null);
}

/** The spoken text, without parts of other types, such as a model's thoughts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return (content as readonly (ContentPart | string | null)[])
    .map(part => {
      if (part === null || typeof part === 'string') return part ?? '';
      const { type = 'text', text, refusal } = part;
      const said = type === 'refusal' ? refusal : type === 'text' || type === 'output_text' ? text : '';
      return typeof said === 'string' ? said : '';
    })
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

const cutShort = (finish: string): string =>
  `The language model's answer was cut at the limit of tokens (finish_reason ${finish}): raise maxTokens, or ask for ` +
  'shorter answers in the system prompt.';

/** The error in an answer that ended this way; `held`: marks without a word, empty where there were words. */
function flawOf(
  finish: string | undefined,
  held: string | undefined,
  calls: boolean,
  thoughts: unknown,
): RxvoiceError | undefined {
  const empty = held !== undefined && !calls;
  if (finish === undefined)
    return failed('The language model broke off in the middle of its answer (no finish_reason).', true);
  switch (endingOf(finish)) {
    case 'filtered':
      return failed(`The server's content filter stopped the answer (finish_reason ${finish}).`, false);
    case 'broken':
      return failed(`The server broke the answer off (finish_reason ${finish}).`, true);
    case 'length':
      return empty
        ? failed(
            `The language model used up all its tokens before the first word (finish_reason ${finish}): raise ` +
              "maxTokens, or set reasoningEffort to 'none'.",
            false,
          )
        : undefined;
    case 'whole':
      return empty
        ? new EmptyAnswer(
            `The language model answered without a word that can be spoken${held.trim() === '' ? '' : ': marks only'}` +
              `${thoughts === undefined ? '' : ' (it only reasoned)'}. Check the system prompt, or try another model.`,
            { stage: 'llm', retryable: true },
          )
        : undefined;
  }
}

const failed = (message: string, retryable: boolean): RxvoiceError =>
  new RxvoiceError(message, { stage: 'llm', retryable });
