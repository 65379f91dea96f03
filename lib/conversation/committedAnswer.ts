import { catchError, connect, defer, EMPTY, endWith, filter, ignoreElements, merge, NEVER } from 'rxjs';
import { type Observable, ReplaySubject, skip, switchMap, take, takeUntil, takeWhile, tap } from 'rxjs';
import { throwError } from 'rxjs';
import type { LlmEvent } from '../llm/message.ts';

/** How an answer is asked for before the commit. */
export interface CommittedAnswerOptions {
  /** Whether words come before the commit, to be synthesised. Default false. */
  readonly early?: boolean;
  /** Called when the answer failed before the commit and is dropped. */
  readonly onDropped?: () => void;
}

/**
 * The answer of a model that is asked before the user's turn is committed, from the commit on. Words come earlier where
 * `early` is set, up to the first call of a tool: nothing has an effect before the commit.
 *
 * An answer that failed before the commit is dropped whole, calls included, and asked for again at the commit; not so
 * where words of it came early.
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
          /** All of it came early, so that there is nothing to wait for. */
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
