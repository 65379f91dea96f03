import { EMPTY, from, isObservable, type Observable, of } from 'rxjs';

/**
 * The return value of a foreign function as an observable: the value that a promise resolves to, else the value
 * itself.
 */
export const settled = <Value>(value: Value | PromiseLike<Value>): Observable<Value> =>
  isThenable(value) ? from(value) : of(value);

/** Completes when the return value of a foreign function has settled: at once, unless it is a promise. */
export const done = (value: unknown): Observable<unknown> =>
  isObservable(value) ? value : isThenable(value) ? from(value) : EMPTY;

/** Whether the return value of a foreign function may be pending. */
export const isPending = (value: unknown): value is object => isThenable(value) || isObservable(value);

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
