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
 * Opens a connection for a call before it is needed. A final refusal at the start is an error, so that
 * a wrong key shows before the first word; any other failure shows at the first speech, and the connection is
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
