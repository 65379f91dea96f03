import { defer, finalize, type Observable } from 'rxjs';

/** Gives foreign code a signal of its own, aborted when the subscription ends, however it ends. */
export const withSignal = <Value>(make: (signal: AbortSignal) => Observable<Value>): Observable<Value> =>
  defer(() => {
    const controller = new AbortController();
    return make(controller.signal).pipe(finalize(() => controller.abort()));
  });
