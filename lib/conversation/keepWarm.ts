import { catchError, concat, connect, defer, EMPTY, filter, finalize, map, merge, of, Subject } from 'rxjs';
import { type Observable, switchMap, take, takeUntil, tap, throwError } from 'rxjs';
import type { Warmable } from '../engine.ts';
import { RxvoiceError, type Stage } from '../errors.ts';
import type { ConversationEvent } from './events.ts';

type Progress = Extract<ConversationEvent, { readonly type: 'call.loading' | 'call.warning' }>;

/**
 * Loads the engines in parallel, emits their progress, and starts the call when all are ready; it keeps them loaded
 * until the call ends. An engine that can't be loaded is an error; one that fails later is a warning.
 */
export function keepWarm(
  engines: { readonly [Of in Stage]?: Warmable | readonly Warmable[] },
  call$: Observable<ConversationEvent>,
): Observable<ConversationEvent> {
  const warm$s = Object.entries(engines).flatMap(([stage, part]) =>
    [part].flat().flatMap(({ warm$ }) => (warm$ ? [{ stage: stage as Stage, warm$ }] : [])),
  );
  const started$ = concat(of({ type: 'call.ready' } as const), call$);
  if (warm$s.length === 0) return started$;

  return defer(() => {
    const over$ = new Subject<void>();
    const ready = new Set<Observable<unknown>>();
    const allReady = (): boolean => ready.size === warm$s.length;
    const loading$s = warm$s.map(({ stage, warm$ }) =>
      concat(
        warm$,
        defer(() => (ready.has(warm$) ? EMPTY : throwError(() => neverReady(stage)))),
      ).pipe(
        map((loading): Progress => ({ type: 'call.loading', ...loading })),
        tap(loading => loading.type === 'call.loading' && loading.progress >= 1 && ready.add(warm$)),
        catchError((error: unknown) => (allReady() ? of(cold(stage, error)) : throwError(() => error))),
      ),
    );
    return merge(...loading$s).pipe(
      takeUntil(over$),
      connect(loading$ =>
        merge(
          loading$,
          loading$.pipe(
            filter(allReady),
            take(1),
            switchMap(() => started$.pipe(finalize(() => over$.next()))),
          ),
        ),
      ),
    );
  });
}

const neverReady = (stage: Stage): RxvoiceError =>
  new RxvoiceError(`The warm$ of ${stage} completed before it was ready: have it emit { progress: 1 }.`, {
    stage,
  });

const cold = (stage: Stage, error: unknown): Progress => ({
  type: 'call.warning',
  stage,
  message: RxvoiceError.is(error) ? error.message : 'It can not be kept loaded.',
});
