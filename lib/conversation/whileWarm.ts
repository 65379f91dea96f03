import { concat, connect, defer, filter, finalize, map, merge, type Observable, of, Subject } from 'rxjs';
import { switchMap, take, takeUntil, tap } from 'rxjs';
import type { Warmable } from '../engine.ts';
import type { ConversationEvent } from './events.ts';

/**
 * Loads the engines side by side, tells how it goes, and starts the call when all of them are ready; they are kept
 * loaded until the call ends.
 */
export function whileWarm(
  engines: readonly Warmable[],
  call$: Observable<ConversationEvent>,
): Observable<ConversationEvent> {
  const warm$s = engines.flatMap(({ warm$ }) => (warm$ ? [warm$] : []));
  const started$ = concat(of({ type: 'call.ready' } as const), call$);
  if (warm$s.length === 0) return started$;

  return defer(() => {
    const over$ = new Subject<void>();
    const ready = new Set<number>();
    const loading$s = warm$s.map((warm$, engine) =>
      warm$.pipe(
        tap(({ progress }) => {
          if (progress >= 1) ready.add(engine);
        }),
      ),
    );
    return merge(...loading$s).pipe(
      takeUntil(over$),
      connect(loading$ =>
        merge(
          loading$.pipe(map(loading => ({ type: 'call.loading', ...loading }) as const)),
          loading$.pipe(
            filter(() => ready.size === warm$s.length),
            take(1),
            switchMap(() => started$.pipe(finalize(() => over$.next()))),
          ),
        ),
      ),
    );
  });
}
