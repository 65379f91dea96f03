import type { Observable } from 'rxjs';
import { fromAbortable } from '../../rx/abortable.ts';

/**
 * The chunks of a web stream. Unsubscribing cancels it at once, also while a chunk is waited for. Not every browser can
 * iterate over a stream, and a generator would be closed only with the next chunk.
 */
export const streamParts = <Part>(stream: ReadableStream<Part>): Observable<Part> =>
  fromAbortable(() => {
    const reader = stream.getReader();
    const iterator: AsyncIterator<Part> = {
      next: () =>
        reader.read().then(({ done, value }) => (done ? { done, value: undefined } : { done, value })),
      return: () => reader.cancel().then(() => ({ done: true, value: undefined })),
    };
    return { [Symbol.asyncIterator]: () => iterator };
  });
