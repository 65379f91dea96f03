import { catchError, concat, defaultIfEmpty, defer, EMPTY, from, map, mergeMap, type Observable } from 'rxjs';
import { of, switchMap, take, tap, throwError } from 'rxjs';
import { besides, sessionOf } from '../engine.ts';
import { RxvoiceError } from '../errors.ts';
import type { Llm, LlmEvent, LlmRequest, Message, ToolCall } from './message.ts';
import type { Tool } from './tool.ts';

/** How a model uses its tools. */
export interface WithToolsOptions {
  /**
   * Tools run only once this emits, for an answer that may yet be discarded: a guess at what the user will have said.
   * It is subscribed when the model calls one, so let it replay. Default: at once.
   */
  readonly allowed$?: Observable<unknown>;
  /** How often it may call tools before it must answer in words. Default 8. */
  readonly maxRounds?: number;
}

/**
 * A model that runs its tools: asks, passes on what it tells, runs what it calls for side by side, and asks again with
 * the results, until it answers in words.
 *
 * All in one subscription: unsubscribing aborts the request and every tool that runs. A `toolResult` comes as soon as
 * there is one. The usage is told once a round.
 *
 * @example
 * const llm = withTools(openaiLlm(), [weather]);
 */
export function withTools(llm: Llm, tools: readonly Tool[], options: WithToolsOptions = {}): Llm {
  const { allowed$ = of(true), maxRounds = 8 } = options;
  const byName = new Map(tools.map(tool => [tool.name, tool]));
  if (byName.size < tools.length) throw new RxvoiceError('Two tools have the same name.', { stage: 'llm' });
  const descriptions = tools.map(({ name, description, parameters }) => ({ name, description, parameters }));

  const run = ({ id, name, arguments: json }: ToolCall): Observable<Result> =>
    defer(() => byName.get(name)?.call(json) ?? of(unknown(name, byName))).pipe(
      take(1),
      defaultIfEmpty(''),
      catchError((error: unknown) => of(JSON.stringify({ error: String(error) }))),
      map(content => ({ type: 'toolResult', id, name, content })),
    );

  const round = (
    messages: readonly Message[],
    request: LlmRequest | undefined,
    left: number,
  ): Observable<LlmEvent> =>
    defer(() => {
      let text = '';
      const calls: ToolCall[] = [];
      const results = new Map<ToolCall, Result>();

      const answer$ = llm(messages, {
        ...request,
        tools: descriptions,
        ...(left === 0 && { toolChoice: 'none' }),
      }).pipe(
        map(event => (event.type === 'toolCall' ? distinct(event, calls) : event)),
        tap(event => {
          if (event.type === 'token') text += event.text;
          if (event.type === 'toolCall') {
            const { type, ...call } = event;
            calls.push(call);
          }
        }),
      );
      const result$ = from(calls).pipe(
        mergeMap(call => run(call).pipe(tap(result => results.set(call, result)))),
      );
      const next$ = defer(() => {
        const answered = calls.map(call => ({
          role: 'tool' as const,
          content: results.get(call)?.content ?? '',
          toolCallId: call.id,
        }));
        return round(
          [...messages, { role: 'assistant', content: text, toolCalls: calls }, ...answered],
          request,
          left - 1,
        );
      });

      return concat(
        answer$,
        defer(() => {
          if (calls.length === 0) return EMPTY;
          if (left === 0) return throwError(() => endless(maxRounds));
          return allowed$.pipe(
            take(1),
            switchMap(() => concat(result$, next$)),
          );
        }),
      );
    });

  const session = llm.session && (() => withTools(sessionOf(llm), tools, options));
  return Object.assign(
    (messages: readonly Message[], request?: LlmRequest) => round(messages, request, maxRounds),
    besides(llm),
    session && { session },
  );
}

type Result = Extract<LlmEvent, { readonly type: 'toolResult' }>;

type Called = Extract<LlmEvent, { readonly type: 'toolCall' }>;

/** The call, under an id of its own: some servers repeat one within a round, and results are told apart by it. */
const distinct = (call: Called, before: readonly ToolCall[]): Called =>
  before.some(({ id }) => id === call.id) ? { ...call, id: `${call.id}_${before.length + 1}` } : call;

const unknown = (name: string, tools: ReadonlyMap<string, Tool>): string =>
  JSON.stringify({ error: `There is no tool '${name}', only: ${[...tools.keys()].join(', ')}.` });

const endless = (rounds: number): RxvoiceError =>
  new RxvoiceError(`The language model called tools ${rounds} times in a row without an answer.`, {
    stage: 'llm',
  });
