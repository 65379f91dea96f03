/** Called for each wait for a promise, where no promise can settle. */
let note: ((who: string) => void) | undefined;

/**
 * Runs a function in which no promise can settle, because all its time passes within this call. `noted` is called with the
 * name of each part that waits for one.
 */
export function guardPromises<Result>(noted: (who: string) => void, run: () => Result): Result {
  const outer = note;
  note = noted;
  try {
    return run();
  } finally {
    note = outer;
  }
}

/** Called by whatever begins to wait for a promise or an async iterable, with its name for people. */
export const notePromise = (who: string): void => note?.(who);
