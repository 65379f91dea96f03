import { EMPTY, from, isObservable, type Observable, of } from 'rxjs';

/** Whatever a foreign function returned, as an observable: what a promise settles to, else the value itself. */
export const settled = <Value>(value: Value | PromiseLike<Value>): Observable<Value> =>
  isThenable(value) ? from(value) : of(value);

/** Completes when what a foreign function returned is done: a promise settled, or at once. */
export const done = (value: unknown): Observable<unknown> =>
  isObservable(value) ? value : isThenable(value) ? from(value) : EMPTY;

/** Whether what a foreign function returned may have to be waited for. */
export const isPending = (value: unknown): value is object => isThenable(value) || isObservable(value);

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
