import { defer, finalize, interval, merge, type Observable, Subject, takeUntil, tap } from 'rxjs';
import { type ConversationEvent, type TurnMetrics, turnMetrics } from '../lib/index.ts';
import { summarise } from '../lib/operators.ts';
import { untilInterrupted } from './untilInterrupted.ts';
import type { View } from './view/view.ts';

/** Between two pictures of a live view, ms. */
const drawEveryMs = 50;

/**
 * Runs a call and shows it, with the summary at the end however it ends. Settles with the exit code when it is over: 0,
 * or 130 after Ctrl-C has hung it up. Rejects when the call failed. `onTurn` receives the metrics of each turn.
 */
export const runCall = (
  call$: Observable<ConversationEvent>,
  view: View,
  onTurn: (metrics: TurnMetrics) => void = () => undefined,
): Promise<number> =>
  untilInterrupted(
    defer(() => {
      const startedAt = performance.now();
      const turns: TurnMetrics[] = [];
      const over$ = new Subject<void>();
      // Completed when the call is torn down, too: then a turn that was not over has its figures as well.
      const seen$ = new Subject<ConversationEvent>();
      seen$.pipe(turnMetrics({ clock: performance })).subscribe(metrics => {
        turns.push(metrics);
        view.turn(metrics);
        onTurn(metrics);
      });
      const shown$ = call$.pipe(
        // A turn's figures come after the event that ends it: shown first, measured second.
        tap(event => {
          view.event(event, Math.round(performance.now() - startedAt));
          seen$.next(event);
        }),
        finalize(() => {
          over$.next();
          seen$.complete();
          view.end(summarise(turns));
        }),
      );
      if (view.draw === undefined) return shown$;
      return merge(
        interval(drawEveryMs).pipe(
          tap(() => view.draw?.()),
          takeUntil(over$),
        ),
        shown$,
      );
    }),
  );
