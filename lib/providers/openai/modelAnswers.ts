import { catchError, defer, EMPTY, type Observable, throwError } from 'rxjs';
import type { Notice } from '../../engine.ts';
import type { Llm, LlmEvent, LlmRequest, Message } from '../../llm/message.ts';
import { onFirst } from '../../rx/onFirst.ts';
import { saysAnything } from '../../stt/sameWords.ts';
import type { Adjustments } from './adjustments.ts';
import type { UntaggedThoughts } from './answerStart.ts';
import type { ProviderData } from './chatMessages.ts';
import { completionEvents, EmptyAnswer } from './completionEvents.ts';
import { isContextFull, lengthOf, shorter } from './contextFull.ts';
import type { ModelApi } from './modelApi.ts';
import type { OpenaiConnection } from './openaiConnection.ts';
import { openaiError } from './openaiError.ts';
import type { OpenaiSdk } from './openaiSdk.ts';
import { retryBeforeFirst, type RetryOptions } from '../http/retryBeforeFirst.ts';

/** Facts about a model that are learned from its refusals, for all calls. */
export interface Learned {
  readonly adjustments: Adjustments;
  /** The length of a history that it refused for its length, characters. */
  tooLong: number;
  /** Whether its answers begin with reasoning. */
  readonly thoughts: UntaggedThoughts;
}

/** Options of {@link modelAnswers}. */
export interface ModelAnswersOptions {
  readonly api: ModelApi;
  readonly sdk: OpenaiSdk;
  readonly connection: OpenaiConnection;
  readonly model: string;
  /** The server and model, for messages. */
  readonly name: string;
  /** The owner of the data that the server attaches to calls: it gets that back, no other does. */
  readonly from: string;
  readonly timeoutMs: number;
  readonly retries: RetryOptions;
  readonly learned: Learned;
  readonly notify: (notice: Notice) => void;
}

/** How often a request is changed as the server says. */
const mostChanges = 6;

/**
 * The answers of a model, whichever API it has: a request that failed before its first token is repeated while that
 * may help, and sent with changes where the model's refusal says which.
 */
export function modelAnswers({
  api,
  sdk,
  connection,
  model,
  name,
  from,
  timeoutMs,
  retries,
  learned,
  notify,
}: ModelAnswersOptions): Llm {
  const { adjustments } = learned;
  const warn = (message: string): void => notify({ type: 'warning', message });

  /** Sends a request, and repeats it with changes that the model's refusal asks for. */
  const answer = (
    messages: readonly Message[],
    wanted: LlmRequest,
    left = mostChanges,
  ): Observable<LlmEvent> =>
    defer(() => {
      const said = messages
        .filter(({ role }) => role !== 'system')
        .flatMap(({ content, toolCalls = [] }) => [content, ...toolCalls.map(call => call.arguments)]);
      const explain = openaiError(sdk, {
        ...connection,
        stage: 'llm',
        api: api.name,
        model,
        timeoutMs,
        said,
      });
      const body = adjustments.apply(api.fields(wanted, adjustments.strict));
      const read = completionEvents({
        names: (wanted.tools ?? []).map(({ name }) => name),
        warn,
        thoughts: learned.thoughts,
        dataOf: (attached, message): ProviderData => ({
          from,
          ...(attached && { attached }),
          ...(message && { message }),
        }),
      });
      let begun = false;

      const changed = (error: unknown): Observable<LlmEvent> | undefined => {
        if (begun || left === 0) return undefined;
        if (isContextFull(error)) {
          learned.tooLong = Math.min(learned.tooLong, lengthOf(messages));
          const less = shorter(messages);
          if (less === undefined) return undefined;
          warn(`${name}: the conversation is longer than the model's context; its oldest part was left out.`);
          return answer(less, wanted, left - 1);
        }
        const change = adjustments.learn(error as object, body);
        if (change === undefined) return undefined;
        warn(`${name} ${change}.`);
        return answer(messages, wanted, left - 1);
      };

      return api.ask({ messages, body, attached: adjustments.attached, read }).pipe(
        retryBeforeFirst<LlmEvent>(retries, (error, failed) =>
          error instanceof EmptyAnswer ? failed === 1 : explain(error).retryable,
        ),
        onFirst(() => (begun = true)),
        catchError((error: unknown) => {
          // The words before the tools ran were the answer.
          if (error instanceof EmptyAnswer && saidBefore(messages)) return EMPTY;
          return changed(error) ?? throwError(() => explain(error));
        }),
      );
    });

  /** A history that is clearly shorter than the one that the model refused for its length. */
  const fitting = (messages: readonly Message[]): readonly Message[] => {
    const less = lengthOf(messages) < learned.tooLong ? undefined : shorter(messages);
    return less === undefined ? messages : fitting(less);
  };

  return (messages, wanted = {}) => answer(fitting(messages), wanted);
}

/** Whether the model said something before it called the tools whose results come last. */
function saidBefore(messages: readonly Message[]): boolean {
  if (messages.at(-1)?.role !== 'tool') return false;
  const user = messages.findLastIndex(({ role }) => role === 'user');
  return messages.slice(user + 1).some(({ role, content }) => role === 'assistant' && saysAnything(content));
}
