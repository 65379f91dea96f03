import { catchError, concat, defer, endWith, filter, finalize, from, map, mergeMap } from 'rxjs';
import { type Observable, of, switchMap, take, tap, throwError } from 'rxjs';
import { wrap } from '../engine.ts';
import { RxvoiceError } from '../errors.ts';
import { each } from '../rx/each.ts';
import { askedAgain } from './askedAgain.ts';
import type { Llm, LlmEvent, LlmRequest, Message, ToolCall } from './message.ts';
import type { Tool, ToolContext } from './tool.ts';
import { cancelled, notRun } from './toolResults.ts';
import { ToolRound, type UnansweredCall } from './toolRound.ts';
import { type ToolRunner, withinAnswer } from './toolRunner.ts';

/** Options of {@link withTools}. */
export interface WithToolsOptions {
  /**
   * Tools run only once this emits, for an answer that may yet be discarded: a speculative one. It is subscribed when
   * the model calls one, so let it replay. Default: at once.
   */
  readonly allowed$?: Observable<unknown>;
  /**
   * Whether the answer is held. While it is, no tool begins; it begins when this emits `false` or completes, and tools
   * that run already go on. It is subscribed when the model calls one, so let it replay. Default: never held.
   */
  readonly held$?: Observable<boolean>;
  /** How often the model may call tools before it must answer in words. Default 8. */
  readonly maxRounds?: number;
  /** Runs the tools, where they outlive the answer. Default: unsubscribing aborts them. */
  readonly runner?: ToolRunner;
  /** Called with a text for the user when a running tool reports progress. Default: reports are ignored. */
  readonly onProgress?: (text: string) => void;
}

/**
 * A model that runs its tools. It asks the model, passes its events on, runs the tools it calls in parallel, and asks again
 * with the results, until the model answers in words. Each call runs its tool at most once, and only after the answer that
 * made it is complete. A call whose result the model itself emits (`toolResult`) runs no tool, and needs no other request.
 *
 * All in one subscription: unsubscribing aborts the request and every running tool, except as
 * {@link WithToolsOptions.runner} decides. A `toolResult` is emitted as soon as there is one, also for a call whose tool is
 * not run. The usage is emitted once a round.
 *
 * @example
 * const llm = withTools(openaiLlm(), [weather]);
 */
export function withTools(llm: Llm, tools: readonly Tool[], options: WithToolsOptions = {}): Llm {
  const {
    allowed$ = of(true),
    held$ = of(false),
    maxRounds = 8,
    runner = withinAnswer,
    onProgress,
  } = options;
  const byName = new Map(tools.map(tool => [tool.name, tool]));
  if (byName.size < tools.length) throw new RxvoiceError('Two tools have the same name.', { stage: 'llm' });
  const descriptions = tools.map(({ name, description, parameters }) => ({ name, description, parameters }));
  const released$ = held$.pipe(
    endWith(false),
    filter(held => !held),
    take(1),
  );

  const round = (
    llm: Llm,
    messages: readonly Message[],
    request: LlmRequest | undefined,
    left: number,
  ): Observable<LlmEvent> =>
    defer(() => {
      const written = new ToolRound(runner.isOpen);
      const begun = new Set<ToolCall>();
      const asked: LlmRequest | undefined =
        tools.length === 0
          ? request
          : { ...request, tools: descriptions, ...(left === 0 && { toolChoice: 'none' }) };

      const run = (call: ToolCall): Observable<LlmEvent> => {
        const tool = byName.get(call.name);
        if (tool === undefined) return of(written.settle(call, unknown(call.name, byName)));
        return released$.pipe(
          switchMap(() => {
            begun.add(call);
            const context: ToolContext = {
              id: call.id,
              messages,
              ...(onProgress && { progress: onProgress }),
            };
            return runner.run(call, { ...tool, call: json => tool.call(json, context) });
          }),
          map(content => written.settle(call, content)),
        );
      };
      const notRunning = (reason: string): Observable<LlmEvent> =>
        defer(() => written.open).pipe(map(call => written.settle(call, notRun(reason))));
      const noteEmitted = tap<LlmEvent>(event => written.noteEmitted(event));

      const answer$ = concat(
        askedAgain(messages => llm(messages, asked), messages, runner).pipe(
          each(event => written.hear(event)),
        ),
        defer(() => written.end()),
      ).pipe(
        catchError((error: unknown) =>
          concat(
            notRunning('the answer broke off.'),
            throwError(() => error),
          ),
        ),
        noteEmitted,
      );
      const next$ = defer(() => {
        const { open } = written;
        if (open.length === 0) return [];
        if (tools.length === 0) return notRunning('there are no tools here.').pipe(noteEmitted);
        if (left === 0)
          return concat(
            notRunning(`there were ${maxRounds} rounds of calls already.`).pipe(noteEmitted),
            throwError(() => endless(maxRounds)),
          );
        return allowed$.pipe(
          take(1),
          switchMap(() =>
            concat(
              from(open).pipe(mergeMap(run), noteEmitted),
              defer(() => round(llm, [...messages, ...written.messages], request, left - 1)),
            ),
          ),
        );
      });
      return concat(answer$, next$).pipe(
        finalize(() => {
          for (const each of written.unanswered)
            abandon(each, begun.has(each.call), byName.get(each.call.name), runner);
        }),
      );
    });

  return wrap(llm, llm => (messages, request) => round(llm, messages, request, maxRounds));
}

/** The answer is over, but a call of it has no result: there is one to come if its tool runs and is to finish. */
function abandon(
  { call, result }: UnansweredCall,
  begun: boolean,
  tool: Tool | undefined,
  runner: ToolRunner,
): void {
  if (result !== undefined) runner.abandon(call, result);
  else if (!begun) runner.abandon(call, notRun('the reply ended before the tool could begin.'));
  else if (tool?.onInterrupt === 'cancel')
    runner.abandon(call, cancelled('the reply ended before there was a result.'));
}

const unknown = (name: string, tools: ReadonlyMap<string, Tool>): string =>
  JSON.stringify({ error: `There is no tool '${name}', only: ${[...tools.keys()].join(', ')}.` });

const endless = (rounds: number): RxvoiceError =>
  new RxvoiceError(`The language model called tools ${rounds} times in a row without an answer.`, {
    stage: 'llm',
  });
