import { defer, finalize, type Observable } from 'rxjs';

/** Passes foreign code an `AbortSignal` of its own, aborted when the subscription ends for whatever reason. */
export const withSignal = <Value>(make: (signal: AbortSignal) => Observable<Value>): Observable<Value> =>
  defer(() => {
    const controller = new AbortController();
    return make(controller.signal).pipe(finalize(() => controller.abort()));
  });
