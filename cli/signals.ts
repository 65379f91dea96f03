/** The signals that end a program, and the exit codes that report them: Ctrl-C, a closed terminal, `kill`. */
export const exitCodes = { SIGINT: 130, SIGHUP: 129, SIGTERM: 143 } as const;

/** A signal that ends a program. */
export type Signal = keyof typeof exitCodes;

const own = new WeakSet<object>();

/** Marks a listener as one of the CLI's general ones, which end the program. */
export function ownListener(listener: () => void): () => void {
  own.add(listener);
  return listener;
}

/** Whether the work itself listens to a signal at this moment. */
export const isTakenByWork = (signal: Signal): boolean =>
  process.listeners(signal).some(listener => !own.has(listener));
