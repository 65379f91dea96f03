import {
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  filter,
  ignoreElements,
  map,
  NEVER,
  type Observable,
  of,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { Loading } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';

/** How long after a line was given up it is tried again, while a call lasts, ms. */
const againMs = 10_000;

/**
 * Holds a line for a call, from before it is needed. A server that refuses from the start for good is an error, so that
 * a wrong key shows before the first word; whatever else fails shows when something is to be said, and the line is
 * tried again.
 */
export const warmLine = (line$: Observable<unknown>, engine: string): Observable<Loading> =>
  defer(() => {
    let wasWarm = false;
    const ready: Loading = { engine, progress: 1 };
    return line$.pipe(
      filter(socket => !RxvoiceError.is(socket)),
      tap(() => (wasWarm = true)),
      map(() => ready),
      catchError((error: unknown, again$) =>
        RxvoiceError.is(error) && error.retryable
          ? concat(of(ready), timer(againMs).pipe(ignoreElements()), again$)
          : wasWarm
            ? NEVER
            : throwError(() => error),
      ),
      distinctUntilChanged(),
    );
  });
