import { defer, merge, type Observable, of, Subject, switchMap, takeUntil, tap } from 'rxjs';
import type { LlmEvent, Message } from './message.ts';
import type { ToolRunner } from './toolRunner.ts';

/**
 * Asks a model with the results of earlier answers' tools that have come. If another comes before the first event of the
 * answer, aborts the request and asks again. After it, the result waits for the next request.
 */
export const askedAgain = (
  ask: (messages: readonly Message[]) => Observable<LlmEvent>,
  messages: readonly Message[],
  runner: ToolRunner,
): Observable<LlmEvent> =>
  defer(() => {
    const answered$ = new Subject<void>();
    const answered = (): void => answered$.next();
    return merge(runner.changed(messages).pipe(takeUntil(answered$)), of(undefined)).pipe(
      switchMap(() =>
        ask(runner.current(messages)).pipe(tap({ next: answered, error: answered, complete: answered })),
      ),
    );
  });
