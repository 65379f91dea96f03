import type { Observable } from 'rxjs';

/** An observable as a web stream: read from the start, and unsubscribed when it is cancelled or `signal` is aborted. */
export function readableOf<Value>(value$: Observable<Value>, signal: AbortSignal): ReadableStream<Value> {
  let stop = (): void => undefined;
  return new ReadableStream<Value>({
    start: controller => {
      const subscription = value$.subscribe({
        next: value => controller.enqueue(value),
        error: (error: unknown) => controller.error(error),
        complete: () => controller.close(),
      });
      stop = () => subscription.unsubscribe();
      signal.addEventListener('abort', stop);
    },
    cancel: () => {
      stop();
      signal.removeEventListener('abort', stop);
    },
  });
}
