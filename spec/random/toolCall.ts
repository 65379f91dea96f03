import {
  concat,
  defer,
  finalize,
  from,
  map,
  mergeMap,
  NEVER,
  type Observable,
  of,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { concatMap, merge, ReplaySubject } from 'rxjs';
import { z } from 'zod';
import { type Conversation, conversation } from '../../lib/conversation/conversation.ts';
import type { ConversationOptions } from '../../lib/conversation/conversationOptions.ts';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { llmFrom } from '../../lib/llm/bot/llmFrom.ts';
import type { Llm, LlmEvent } from '../../lib/llm/message.ts';
import { type Tool, tool } from '../../lib/llm/tool.ts';
import { heldUntil } from '../../lib/rx/heldUntil.ts';
import { call, type Ended } from './call.ts';
import type { Plan } from './plan.ts';
import { type PlannedRound, type ToolPlan, toolTimeoutMs } from './toolPlan.ts';

/** The events of tools in a call, in order. Each call that the model makes has a number of its own. */
export type ToolEntry =
  | { readonly type: 'event'; readonly event: ConversationEvent }
  | { readonly type: 'began' | 'done' | 'aborted'; readonly tool: number; readonly call: number };

export interface EndedWithTools {
  readonly ended: Ended;
  readonly entries: readonly ToolEntry[];
  /** The calls whose results the model emitted itself. */
  readonly own: ReadonlySet<number>;
}

/** The number of a call, from its arguments. */
export const callOf = (json: string): number => (JSON.parse(json) as { call?: number }).call ?? -1;

/** Has a planned conversation whose model calls tools. */
export function callWithTools(
  plan: Plan,
  toolPlan: ToolPlan,
  policy: Partial<ConversationOptions> = {},
  place: (options: ConversationOptions) => Conversation = conversation,
): EndedWithTools {
  const entries: ToolEntry[] = [];
  const own = new Set<number>();
  const tools = toolPlan.tools.map((_, index) => plannedTool(toolPlan, index, entry => entries.push(entry)));
  const ended = call(plan, options => {
    const placed = place({
      ...options,
      ...policy,
      turns: { ...options.turns, ...policy.turns },
      llm: calling(llmFrom(options.llm), toolPlan.rounds, number => own.add(number)),
      tools,
      ...(toolPlan.filler && { filler: { ...toolPlan.filler, texts: ['Filla.', 'Fillb.'] } }),
    });
    return (input, output) =>
      placed(input, output).pipe(tap(event => entries.push({ type: 'event', event })));
  });
  return { ended, entries, own };
}

function plannedTool({ tools }: ToolPlan, index: number, note: (entry: ToolEntry) => unknown): Tool {
  const { takes, onInterrupt } = tools[index]!;
  return tool({
    name: `tool${index}`,
    description: 'Does something.',
    parameters: z.object({ call: z.number() }),
    timeoutMs: toolTimeoutMs,
    ...(onInterrupt && { onInterrupt }),
    run: ({ call }) =>
      defer(() => {
        note({ type: 'began', tool: index, call });
        let done = false;
        const result$: Observable<unknown> =
          takes === 'never' ? NEVER : takes === 'now' ? of(0) : timer(takes);
        return result$.pipe(
          map(() => {
            done = true;
            note({ type: 'done', tool: index, call });
            return `result of ${call}`;
          }),
          finalize(() => {
            if (!done) note({ type: 'aborted', tool: index, call });
          }),
        );
      }),
  });
}

/** A model that also calls tools. */
function calling(llm: Llm, rounds: readonly PlannedRound[], isOwn: (call: number) => unknown): Llm {
  let next = 0;
  let number = 0;
  return (messages, request) =>
    defer(() => {
      const request$ = llm(messages, request);
      const round = rounds[next % rounds.length]!;
      const index = next++;
      if (request?.toolChoice === 'none') return request$;
      const event$ = from(round.calls).pipe(
        concatMap(({ tool, id, result, afterMs }) => {
          const call = number++;
          const name = `tool${tool}`;
          const named = { own: `call${call}`, round: `round${index}`, same: 'same' }[id];
          const called: LlmEvent = { type: 'toolCall', id: named, name, arguments: JSON.stringify({ call }) };
          const told: LlmEvent = { type: 'toolResult', id: named, name, content: `own result of ${call}` };
          // Only ids distinguish results: with one that repeats, only those in order are of use.
          const given = id === 'own' ? result : undefined;
          if (given !== undefined) isOwn(call);
          const both = given === 'before' ? [told, called] : given === 'after' ? [called, told] : [called];
          return (afterMs === 0 ? of(0) : timer(afterMs)).pipe(mergeMap(() => both));
        }),
      );
      const answer$ = round.first ? after(event$, request$) : concat(request$, event$);
      return round.breaks
        ? concat(
            answer$,
            throwError(() => new Error('the answer broke off')),
          )
        : answer$;
    });
}

/** Subscribes both at once; the second is passed on when the first is complete. */
const after = (first$: Observable<LlmEvent>, second$: Observable<LlmEvent>): Observable<LlmEvent> =>
  defer(() => {
    const over$ = new ReplaySubject<boolean>(1);
    return merge(second$.pipe(heldUntil(over$)), first$.pipe(tap({ complete: () => over$.next(true) })));
  });
