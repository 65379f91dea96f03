import { connect, defer, finalize, interval, merge, type Observable, Subject, takeUntil, tap } from 'rxjs';
import { type ConversationEvent, type TurnMetrics, turnMetrics } from '../lib/index.ts';
import { summarise } from '../lib/operators.ts';
import { untilInterrupted } from './untilInterrupted.ts';
import type { View } from './view/view.ts';

/** Between two pictures of a live view, ms. */
const drawEveryMs = 50;

/**
 * Has a call and shows it, with the summary at the end however it ends. Settles with the exit code when it is over: 0,
 * or 130 after Ctrl-C has hung it up. Rejects when the call failed. `onTurn` is told the figures of each turn.
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
      const shown$ = call$.pipe(
        // A turn's figures come after the event that ends it: shown first, measured second.
        connect(event$ =>
          merge(
            event$.pipe(tap(event => view.event(event, Math.round(performance.now() - startedAt)))),
            event$.pipe(
              turnMetrics({ clock: performance }),
              tap(metrics => {
                turns.push(metrics);
                view.turn(metrics);
                onTurn(metrics);
              }),
            ),
          ),
        ),
        finalize(() => {
          over$.next();
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
