import { defer, from, isObservable, type Observable, of, switchMap, throwError } from 'rxjs';
import { wrap } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import { fromAbortable } from '../../rx/abortable.ts';
import { each } from '../../rx/each.ts';
import { notePromise } from '../../rx/promiseGuard.ts';
import { withSignal } from '../../rx/withSignal.ts';
import type { Llm } from '../message.ts';
import type { Bot, BotPart } from './bot.ts';
import { descriptionOf } from './descriptionOf.ts';
import { partEvents } from './partEvents.ts';
import { responseParts } from './responseParts.ts';
import { streamParts } from './streamParts.ts';

/**
 * A language model made of a chat bot: of a function that returns text, events, a promise, an async iterable, a stream, an
 * Observable, the `Response` of a chat route, or the result of a framework that streams (AI SDK, Mastra, LangChain, OpenAI
 * Agents). `setup` applies it to a function that you pass as `llm`.
 *
 * Unsubscribing aborts `signal` and closes the iterator or stream. A model that runs its own tools is believed: rxvoice
 * runs no tool whose result is in the stream.
 *
 * @throws RxvoiceError (through the stream) for an answer in another form: it names the kind of value and the forms that are possible.
 *
 * @example
 * setup({ stt, llm: llmFrom((messages, { signal }) => agent.stream(messages, { abortSignal: signal })), tts });
 */
export function llmFrom(bot: Bot): Llm {
  if (made.has(bot)) return bot as Llm;
  const llm = wrap(bot as Llm, model => {
    const ask = model as unknown as Bot;
    return (messages, request) =>
      withSignal(signal => eventsOf(ask(messages, { ...request, signal })).pipe(decoded, each(partEvents)));
  });
  made.add(llm);
  return llm;
}

/** The models made here: making one of them again changes nothing. */
const made = new WeakSet<object>();

/** The parts of an answer in any form. */
const eventsOf = (answer: unknown): Observable<BotPart> => {
  if (typeof answer === 'string' || answer instanceof Uint8Array) return of(answer);
  if (isObservable(answer)) return answer as Observable<BotPart>;
  if (typeof answer !== 'object' || answer === null) return throwError(() => noAnswer(answer));
  if (isAsync(answer)) notePromise("the bot's answer");
  if (isPromise(answer)) return fromPromise(answer).pipe(switchMap(eventsOf));
  if (answer instanceof Response) return responseParts(answer);
  if (answer instanceof ReadableStream) return streamParts(answer as ReadableStream<BotPart>);
  if (Symbol.asyncIterator in answer) return fromAbortable(() => answer as AsyncIterable<BotPart>);
  const inner = streamOf(answer);
  if (inner !== undefined) return defer(() => eventsOf(inner()));
  return Symbol.iterator in answer ? from(answer as Iterable<BotPart>) : of(answer);
};

/** The stream within the result of a framework: the fullest there is. Some make a copy for each property that is read. */
function streamOf(result: object): (() => unknown) | undefined {
  if ('fullStream' in result) return () => result.fullStream;
  if ('textStream' in result) return () => result.textStream;
  if ('toTextStream' in result && typeof result.toTextStream === 'function')
    return result.toTextStream.bind(result) as () => unknown;
  return undefined;
}

const isAsync = (answer: object): boolean =>
  isPromise(answer) ||
  answer instanceof Response ||
  answer instanceof ReadableStream ||
  Symbol.asyncIterator in answer;

const isPromise = (value: object): value is PromiseLike<unknown> =>
  'then' in value && typeof value.then === 'function';

/** An answer that comes after the end of the subscription is closed without being read. */
const fromPromise = (answer: PromiseLike<unknown>): Observable<unknown> =>
  withSignal(signal =>
    from(
      Promise.resolve(answer).then(value => {
        if (signal.aborted && !isObservable(value))
          eventsOf(value).subscribe({ error: ignored }).unsubscribe();
        return value;
      }),
    ),
  );

const ignored = (): void => undefined;

/** Bytes as text: a character may come in two pieces. */
const decoded = (part$: Observable<BotPart>): Observable<BotPart> =>
  defer(() => {
    const decoder = new TextDecoder();
    return part$.pipe(
      each(part => [part instanceof Uint8Array ? decoder.decode(part, { stream: true }) : part]),
    );
  });

const noAnswer = (answer: unknown): RxvoiceError =>
  new RxvoiceError(
    `The bot returned ${descriptionOf(answer)}. Return text, an event such as { type: 'token', text }, or a promise, ` +
      'an async iterable, a stream, a Response or an Observable of them.',
    { stage: 'llm' },
  );
