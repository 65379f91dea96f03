import { catchError, defer, identity, type Observable, throwError, timeout, TimeoutError } from 'rxjs';
import { RxvoiceError } from '../errors.ts';
import { onFirst } from '../rx/onFirst.ts';
import type { Health } from './health.ts';

/** What stands behind engines that stand in for each other. */
export interface Line {
  readonly count: number;
  readonly health: Health;
  /** How long an engine may take to give anything, while there is another, ms. */
  readonly patienceMs: number;
  readonly tell: (message: string) => void;
}

/**
 * Does something with the first engine that can: one that fails before it gave anything is followed by the next. What to
 * do when one fails after that, `broken` says.
 */
export const inTurn = <Value>(
  { count, health, patienceMs, tell }: Line,
  use: (index: number) => Observable<Value>,
  broken: (error: unknown, index: number) => Observable<Value>,
): Observable<Value> => {
  const attempt = ([index = 0, ...others]: readonly number[]): Observable<Value> =>
    defer(() => {
      let begun = false;
      return defer(() => use(index)).pipe(
        onFirst(() => {
          begun = true;
          health.worked(index);
        }),
        others.length > 0 ? timeout({ first: patienceMs }) : identity,
        catchError((error: unknown) => {
          health.failed(index);
          if (begun) return broken(error, index);
          if (others.length === 0) return throwError(() => error);
          tell(`${whatFailed(index, count, error)} The next takes over.`);
          return attempt(others);
        }),
      );
    });
  return defer(() => attempt(health.order(count)));
};

/** Which engine failed, and why, as far as it is certain to hold no secret. */
export const whatFailed = (index: number, count: number, error: unknown): string => {
  const why =
    error instanceof TimeoutError
      ? 'It took too long to begin.'
      : RxvoiceError.is(error)
        ? error.message
        : `It threw: ${error instanceof Error ? error.name : typeof error}.`;
  return `Engine ${index + 1} of ${count} failed. ${/[.!?]$/u.test(why) ? why : `${why}.`}`;
};
