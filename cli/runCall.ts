import { finalize, type Observable, share, Subject, takeUntil, tap } from 'rxjs';
import { type ConversationEvent, summarise, type TurnMetrics, turnMetrics } from '../lib/index.ts';
import type { View } from './view/view.ts';

/** The exit code of a program that Ctrl-C ended. */
const interruptedCode = 130;

/**
 * Has a call and shows it. Settles with the exit code when it is over: 0, or 130 after Ctrl-C has hung it up (a second
 * Ctrl-C ends the program at once). Rejects when the call failed.
 */
export function runCall(call$: Observable<ConversationEvent>, view: View): Promise<number> {
  const turns: TurnMetrics[] = [];
  const hangUp$ = new Subject<void>();
  let code = 0;
  const interrupt = (): void => {
    if (code === interruptedCode) process.exit(code);
    code = interruptedCode;
    hangUp$.next();
  };
  process.on('SIGINT', interrupt);

  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const shared$ = call$.pipe(takeUntil(hangUp$), share());
    const metrics$ = shared$.pipe(
      turnMetrics({ clock: performance }),
      tap(metrics => turns.push(metrics)),
    );
    // A turn's figures come after the event that ends it: shown first, measured second.
    const shown = shared$
      .pipe(
        finalize(() => {
          process.off('SIGINT', interrupt);
          view.end(summarise(turns));
        }),
      )
      .subscribe({
        next: event => view.event(event, Math.round(performance.now() - startedAt)),
        error: reject,
        complete: () => resolve(code),
      });
    shown.add(metrics$.subscribe({ next: metrics => view.turn(metrics), error: () => undefined }));
  });
}
