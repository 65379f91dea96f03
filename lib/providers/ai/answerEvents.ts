import { concat, defer, of, type OperatorFunction, throwError } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import type { LlmEvent } from '../../llm/message.ts';
import { each } from '../../rx/each.ts';
import { saysAnything } from '../../stt/sameWords.ts';
import type { AttachedData } from './attachedData.ts';
import { reportedUsage } from './reportedUsage.ts';
import type { StreamPart } from './streamPart.ts';
import { WrittenParts } from './writtenParts.ts';

/** An answer without a word: another request may help. */
export class EmptyAnswer extends RxvoiceError {}

/** How {@link answerEvents} reads. */
export interface AnswerEventsOptions {
  /** The model, for errors and for the data attached to its calls. */
  readonly from: string;
  /** Called with a warning about an answer that is usable all the same. */
  readonly warn: (message: string) => void;
  /** Called with a fact about the model, in every answer. */
  readonly warnOnce: (message: string) => void;
}

/**
 * Reads the stream of an AI SDK model (`doStream`). Text becomes tokens; reasoning is kept for the message, not spoken;
 * a tool that the provider ran is a call and its result. The usage comes last. A part of type `error` is thrown.
 *
 * Ends as every other model here: an answer without a word is an {@link EmptyAnswer}, one that a filter or an error
 * stopped is an error, one without a `finish` was cut, and `warn` reports one that reached the limit of tokens.
 */
export const answerEvents =
  ({ from, warn, warnOnce }: AnswerEventsOptions): OperatorFunction<StreamPart, LlmEvent> =>
  part$ =>
    defer(() => {
      const parts = new WrittenParts();
      let finish: string | undefined;
      let usage: readonly LlmEvent[] = [];
      /** Text before the first word; `undefined` once there was one. */
      let held: string | undefined = '';
      let isCalling = false;

      const event$ = part$.pipe(
        each((part): readonly LlmEvent[] => {
          const { type, toolCallId: id = '', toolName: name = '' } = part;
          parts.add(part);
          switch (type) {
            case 'stream-start':
              for (const { feature, setting } of part.warnings ?? [])
                if (feature ?? setting)
                  warnOnce(`${from} does not support ${feature ?? setting}; it is left out.`);
              return [];
            case 'text-delta': {
              const { delta: text = '' } = part;
              if (held === undefined) return text === '' ? [] : [{ type: 'token', text }];
              held += text;
              if (!saysAnything(held)) return [];
              const first: LlmEvent = { type: 'token', text: held };
              held = undefined;
              return [first];
            }
            case 'tool-call': {
              isCalling = true;
              const before = parts.take();
              const providerData: AttachedData = {
                from,
                ...(part.providerMetadata && { call: part.providerMetadata }),
                ...(part.providerExecuted === true && { isExecuted: true }),
                ...(before.length > 0 && { before }),
              };
              return [{ type: 'toolCall', id, name, arguments: jsonOf(part.input ?? {}), providerData }];
            }
            case 'tool-result':
              // A preliminary result is replaced by a later one.
              if (part.preliminary) return [];
              return [{ type: 'toolResult', id, name, content: resultOf(part) }];
            case 'finish': {
              const { finishReason: reason } = part;
              finish = (typeof reason === 'string' ? reason : reason?.unified) ?? 'other';
              usage = reportedUsage(part.usage);
              return [];
            }
            case 'error':
              throw part.error;
            default:
              return [];
          }
        }),
      );

      return concat(
        event$,
        defer(() => {
          const flaw = flawOf(from, finish, held !== undefined && !isCalling);
          if (flaw !== undefined) return throwError(() => flaw);
          if (finish === 'length')
            warn(
              `The answer of ${from} was cut at the limit of tokens: raise maxOutputTokens, or ask for shorter answers in ` +
                'the system prompt.',
            );
          return of(...usage);
        }),
      );
    });

const resultOf = ({ result, isError }: StreamPart): string =>
  isError === true ? jsonOf({ error: result ?? 'It failed.' }) : jsonOf(result ?? '');

const jsonOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The error in an answer that ended this way. */
function flawOf(from: string, finish: string | undefined, isEmpty: boolean): RxvoiceError | undefined {
  const failed = (message: string, retryable: boolean): RxvoiceError =>
    new RxvoiceError(message, { stage: 'llm', retryable });
  switch (finish) {
    case undefined:
      return failed(
        `The stream of ${from} ended in the middle of the answer, without a finish reason.`,
        true,
      );
    case 'error':
    case 'interrupted':
      return failed(`${from} broke the answer off (finish reason ${finish}).`, true);
    case 'content-filter':
      return failed(`The content filter of ${from} stopped the answer (finish reason ${finish}).`, false);
    case 'length':
      return isEmpty
        ? failed(
            `${from} used up all its tokens before the first word (finish reason ${finish}): raise maxOutputTokens, or ` +
              'let it reason less.',
            false,
          )
        : undefined;
    default:
      return isEmpty
        ? new EmptyAnswer(
            `${from} answered without a word that can be spoken. Check the system prompt, or try another model.`,
            { stage: 'llm', retryable: true },
          )
        : undefined;
  }
}
