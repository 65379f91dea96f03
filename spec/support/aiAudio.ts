/** Mocks of the AI SDK's models of sound, in the shape of `@ai-sdk/provider` 4. */

/** A stream whose parts come after their time, ms; `open` counts the streams that are neither read to their end nor cancelled. */
export function partStreams(): {
  readonly of: (parts: readonly (readonly [number, unknown])[]) => ReadableStream<unknown>;
  readonly open: () => number;
} {
  let open = 0;
  return {
    open: () => open,
    of: parts => {
      open += 1;
      const left = [...parts];
      return new ReadableStream({
        pull: async controller => {
          const next = left.shift();
          if (next === undefined) {
            open -= 1;
            return controller.close();
          }
          const [ms, part] = next;
          if (ms > 0) await new Promise(done => setTimeout(done, ms));
          if (part instanceof Error) {
            open -= 1;
            controller.error(part);
          } else controller.enqueue(part);
        },
        cancel: () => {
          open -= 1;
        },
      });
    },
  };
}
