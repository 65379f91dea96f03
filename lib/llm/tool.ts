import {
  catchError,
  defer,
  identity,
  isObservable,
  map,
  type Observable,
  of,
  takeLast,
  throwIfEmpty,
} from 'rxjs';
import { timeout, TimeoutError } from 'rxjs';
import { z } from 'zod';
import { kindOf, RxvoiceError } from '../errors.ts';
import { settled } from '../rx/settled.ts';
import { notePromise } from '../rx/promiseGuard.ts';
import { withSignal } from '../rx/withSignal.ts';
import { longestTimerMs } from '../rx/timers.ts';
import type { Message, ToolDescription } from './message.ts';

/** The call of a tool, in addition to its arguments. */
export interface ToolContext {
  /** The id of the call. */
  readonly id: string;
  /** The conversation that the model had read when it called. */
  readonly messages: readonly Message[];
  /** Reports progress in words: the next filler says them, if the conversation has a `filler`. */
  readonly progress?: (text: string) => void;
}

/** A tool that a model may call: its description for the model, and its function. */
export interface Tool extends ToolDescription {
  /**
   * Subscribing runs it, unsubscribing aborts it. Takes the arguments as JSON, as the model wrote them, and gives the
   * result as a text for the model, once. It does not error: a failure is a result that describes it.
   */
  readonly call: (json: string, context?: ToolContext) => Observable<string>;
  /** Whether it finishes when the reply that called it is cut; see {@link ToolOptions.onInterrupt}. Default `finish`. */
  readonly onInterrupt?: 'finish' | 'cancel';
}

/** The parts of a {@link tool}. */
export interface ToolOptions<Parameters extends z.ZodObject> {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** Its purpose, and when to use it, for the model. */
  readonly description: string;
  /** Its arguments. `describe()` the fields: the model reads that. */
  readonly parameters: Parameters;
  /**
   * Does it: a value, a promise of one, or an observable whose last value counts. A text goes to the model as it is,
   * anything else as JSON. The signal is aborted when the time is up, when the call ends, or, with
   * `onInterrupt: 'cancel'`, when the reply is cut. No promise settles in
   * `virtualTime` and `scriptedCall`: use `fakeTime` there, or give a value or an observable (`timer(300).pipe(…)`).
   */
  readonly run: (
    args: z.output<Parameters>,
    context: { readonly signal: AbortSignal; readonly call?: ToolContext },
  ) => unknown;
  /** The longest it may take, ms. Default 10,000; `Infinity` for as long as it wants. */
  readonly timeoutMs?: number;
  /**
   * Decides whether a running tool goes on when its reply is cut (by the user, or by `interrupt` and `say now`) or
   * fails. It runs once in either case.
   *
   * - `finish`: it goes on. Its result is a `bot.toolResult` event when it comes, and is in the history of the next
   *   request; until then the model reads that the tool is still running. Use it for tools with an effect.
   * - `cancel`: its signal is aborted, and the model reads that it was cancelled. Use it for tools that only read.
   *
   * A tool never begins while the user speaks over the reply; it begins when the reply goes on. The end of the call
   * aborts every tool.
   *
   * @defaultValue `finish`
   */
  readonly onInterrupt?: 'finish' | 'cancel';
}

/**
 * A tool for a model. Its arguments are checked before it runs. Every failure (invalid arguments, an exception, a timeout)
 * becomes a result for the model that describes it, as `{"error": …}`.
 *
 * Throws an RxvoiceError if the name or the time is invalid, or JSON Schema cannot express the parameters.
 *
 * @example
 * const weather = tool({
 *   name: 'weather',
 *   description: 'The weather of a city now.',
 *   parameters: z.object({ city: z.string() }),
 *   run: async ({ city }, { signal }) => (await fetch(`https://wttr.in/${city}?format=3`, { signal })).text(),
 * });
 */
export function tool<Parameters extends z.ZodObject>({
  name,
  description,
  parameters,
  run,
  timeoutMs = 10_000,
  onInterrupt = 'finish',
}: ToolOptions<Parameters>): Tool {
  if (!/^[\w-]{1,64}$/u.test(name))
    throw new RxvoiceError(
      `A tool is named '${name}', but a name has 1 to 64 letters, digits, _ and - only.`,
    );
  if (!(timeoutMs > 0))
    throw new RxvoiceError(
      `The tool '${name}': expected a timeoutMs of more than 0, or Infinity, but got ${timeoutMs}.`,
    );
  if (!['finish', 'cancel'].includes(onInterrupt))
    throw new RxvoiceError(
      `The tool '${name}': expected an onInterrupt of 'finish' or 'cancel', but got ${JSON.stringify(onInterrupt)}.`,
    );
  return {
    name,
    description,
    parameters: schemaOf(name, parameters),
    onInterrupt,
    call: (json, call) =>
      withSignal(signal =>
        defer(() =>
          valueOf(run(argumentsOf(json, parameters), { signal, ...(call && { call }) }), name),
        ).pipe(
          takeLast(1),
          throwIfEmpty(() => new Error('it ended without a result')),
          map(textOf),
          timeoutMs > longestTimerMs ? identity : timeout(timeoutMs),
        ),
      ).pipe(catchError((error: unknown) => of(textOf({ error: complaint(error, timeoutMs) })))),
  };
}

function schemaOf(name: string, parameters: z.ZodObject): Readonly<Record<string, unknown>> {
  try {
    const { $schema, ...schema } = z.toJSONSchema(parameters, { io: 'input' });
    return schema;
  } catch (cause) {
    throw new RxvoiceError(`The parameters of the tool '${name}' can't be described to a model.`, { cause });
  }
}

function argumentsOf<Parameters extends z.ZodObject>(
  json: string,
  parameters: Parameters,
): z.output<Parameters> {
  let value: unknown;
  try {
    // A tool without arguments is called by some models with none at all.
    value = JSON.parse(json.trim() || '{}');
  } catch {
    throw new Error('The arguments are not JSON.');
  }
  const { data, error } = parameters.safeParse(value);
  if (error) throw new Error(`The arguments are wrong. ${z.prettifyError(error)}`);
  return data;
}

function valueOf(value: unknown, tool: string): Observable<unknown> {
  if (isObservable(value)) return value;
  if (typeof value === 'object' && value !== null && 'then' in value) notePromise(`the tool '${tool}'`);
  return settled(value);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return 'done';
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new Error(`The result is no JSON, but ${kindOf(value)}.`);
  return json;
}

const complaint = (error: unknown, timeoutMs: number): string =>
  error instanceof TimeoutError
    ? `It took longer than ${timeoutMs} ms.`
    : error instanceof Error
      ? error.message
      : String(error);
