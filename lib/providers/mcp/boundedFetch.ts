/** The longest message of a server, in bytes; as of the SDK over standard input and output. */
const maxBytes = 10 * 1024 * 1024;

/** `fetch` whose response fails at a message of more than 10 MB: at a whole body, or one event of a stream. */
export async function boundedFetch(url: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.body === null) return response;
  let bytes = 0;
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      // An event ends with an empty line.
      const end = Math.max(lastIndexOf(chunk, '\n\n'), lastIndexOf(chunk, '\r\n\r\n'));
      bytes = end < 0 ? bytes + chunk.length : chunk.length - end;
      if (bytes > maxBytes) controller.error(new Error('The server sent a message of more than 10 MB.'));
      else controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(bounded), { status, statusText, headers });
}

const lastIndexOf = (chunk: Uint8Array, text: string): number =>
  Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).lastIndexOf(text);
