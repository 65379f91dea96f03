/**
 * The chunks of a web stream, to iterate over once. Closing the iterator cancels the stream at once, also while a chunk is
 * waited for. Not every browser can iterate over a stream, and a generator would be closed only with the next chunk.
 */
export function chunksOf<Chunk>(stream: ReadableStream<Chunk>): AsyncIterable<Chunk> {
  const reader = stream.getReader();
  const iterator: AsyncIterator<Chunk> = {
    next: () =>
      reader.read().then(({ done, value }) => (done ? { done, value: undefined } : { done, value })),
    return: () => reader.cancel().then(() => ({ done: true, value: undefined })),
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
