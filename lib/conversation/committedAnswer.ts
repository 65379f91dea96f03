import { catchError, connect, defer, EMPTY, endWith, filter, ignoreElements, merge, NEVER } from 'rxjs';
import { type Observable, ReplaySubject, skip, switchMap, take, takeUntil, takeWhile, tap } from 'rxjs';
import { throwError } from 'rxjs';
import type { LlmEvent } from '../llm/message.ts';

/** How a model is asked before the commit. */
export interface CommittedAnswerOptions {
  /** Whether words are emitted before the commit, for synthesis. Default false. */
  readonly early?: boolean;
  /** Called when the answer failed before the commit and is dropped. */
  readonly onDropped?: () => void;
}

/**
 * The answer of a model that is asked before the user's turn is committed. It is held until the commit. With `early`,
 * words are emitted sooner, up to the first tool call: nothing takes effect before the commit.
 *
 * An answer that fails before the commit is dropped whole, tool calls included, and requested again at the commit,
 * unless some of its words were already emitted.
 */
export const committedAnswer = (
  ask: () => Observable<LlmEvent>,
  committed$: Observable<unknown>,
  { early = false, onDropped = () => undefined }: CommittedAnswerOptions = {},
): Observable<LlmEvent> =>
  defer(() => {
    let committed = false;
    let dropped = false;
    let written = 0;
    let passed = 0;
    return defer(ask).pipe(
      tap({
        next: () => (written += 1),
        error: () => {
          dropped = !committed && passed === 0;
          if (dropped) onDropped();
        },
      }),
      connect(
        event$ => {
          const early$ = event$.pipe(
            takeWhile(({ type }) => type === 'token' || type === 'usage'),
            tap(() => (passed += 1)),
            catchError((error: unknown) => (passed > 0 ? throwError(() => error) : EMPTY)),
            takeUntil(committed$),
          );
          /** The whole answer was emitted early; nothing is left to wait for. */
          const whole$ = event$.pipe(
            ignoreElements(),
            catchError(() => NEVER),
            endWith(true),
            filter(() => early && passed === written),
          );
          const rest$ = committed$.pipe(
            take(1),
            tap(() => (committed = true)),
            switchMap(() => (dropped ? ask() : event$.pipe(skip(passed)))),
            takeUntil(whole$),
          );
          return merge(early ? early$ : EMPTY, rest$);
        },
        { connector: () => new ReplaySubject<LlmEvent>(Infinity) },
      ),
    );
  });
