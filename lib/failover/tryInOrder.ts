import { catchError, defer, identity, type Observable, throwError, timeout, TimeoutError } from 'rxjs';
import { RxvoiceError } from '../errors.ts';
import { onFirst } from '../rx/onFirst.ts';
import type { Health } from './health.ts';

/** State that the engines of a `failover` share. */
export interface EngineGroup {
  readonly count: number;
  readonly health: Health;
  /** How long an engine may take to its first result, while there is another, ms. */
  readonly patienceMs: number;
  readonly warn: (message: string) => void;
}

/**
 * Uses the first engine that works: one that fails before its first result is followed by the next. `broken` handles a
 * later failure. Warnings leave out the texts in `said`.
 */
export const tryInOrder = <Value>(
  { count, health, patienceMs, warn }: EngineGroup,
  use: (index: number) => Observable<Value>,
  broken: (error: unknown, index: number) => Observable<Value>,
  said: readonly string[] = [],
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
          warn(`${failureOf(index, count, error, said)} The next takes over.`);
          return attempt(others);
        }),
      );
    });
  return defer(() => attempt(health.order(count)));
};

/**
 * Names the engine that failed, and why. It quotes a foreign error without anything that looks like a key, and not at
 * all if the error quotes people's words.
 */
export const failureOf = (
  index: number,
  count: number,
  error: unknown,
  said: readonly string[] = [],
): string => {
  const reason =
    error instanceof TimeoutError
      ? 'It took too long to begin.'
      : RxvoiceError.is(error)
        ? error.message
        : `It threw: ${thrown(error, said)}.`;
  return `Engine ${index + 1} of ${count} failed. ${/[.!?]$/u.test(reason) ? reason.replace(/([.!?])\.$/u, '$1') : `${reason}.`}`;
};

/**
 * Text that looks like a key: a prefix that services use, a token after "Bearer", or a long run with digits in it.
 */
const keys =
  /\b(?:sk|pk|rk|gsk|xai|key|token|dg|api)[-_][\w-]{3,}|\b(?:bearer|token|basic)\s+[\w.~+/=-]{6,}|(?=[\w-]*\d)[\w-]{20,}/giu;

/** A foreign error in one line. */
function thrown(error: unknown, said: readonly string[]): string {
  const name = error instanceof Error ? error.name : typeof error;
  const message = error instanceof Error ? error.message : typeof error === 'string' ? error : '';
  const line = (message.split('\n')[0] ?? '').replace(keys, '…').slice(0, 200).trim();
  const pieces = said.flatMap(text => text.match(/[\p{L}\p{N} ]{8,20}/gu) ?? []);
  return line === '' || pieces.some(piece => message.includes(piece)) ? name : `${name}: ${line}`;
}
