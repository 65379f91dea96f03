import { connect, defer, endWith, merge, type Observable, switchMap, take, takeUntil } from 'rxjs';
import type { LlmEvent, Message } from './message.ts';
import { isPending } from './toolResults.ts';
import type { ToolRunner } from './toolRunner.ts';

/**
 * Asks a model with the results of earlier answers' tools that have come, and asks again if one comes before the first
 * event of the answer. After it, the result waits for the next request.
 */
export const askedAgain = (
  ask: (messages: readonly Message[]) => Observable<LlmEvent>,
  messages: readonly Message[],
  runner: ToolRunner,
): Observable<LlmEvent> =>
  defer(() => {
    const given = runner.current(messages);
    if (!given.some(message => isPending(message))) return ask(given);
    return ask(given).pipe(
      connect(event$ => {
        const again$ = runner.changed(given).pipe(take(1), takeUntil(event$.pipe(endWith(undefined))));
        return merge(
          event$.pipe(takeUntil(again$)),
          again$.pipe(switchMap(() => askedAgain(ask, messages, runner))),
        );
      }),
    );
  });
