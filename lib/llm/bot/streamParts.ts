import type { Observable } from 'rxjs';
import { fromAbortable } from '../../rx/abortable.ts';
import { chunksOf } from './chunksOf.ts';

/** The chunks of a web stream. Unsubscribing cancels it at once, also while a chunk is waited for. */
export const streamParts = <Part>(stream: ReadableStream<Part>): Observable<Part> =>
  fromAbortable(() => chunksOf(stream));
