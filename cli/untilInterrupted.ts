import { finalize, type Observable, Subject, takeUntil } from 'rxjs';

/** The signals that end a program, and the exit code by which it tells so: Ctrl-C, a terminal that is closed, `kill`. */
const signals = { SIGINT: 130, SIGHUP: 129, SIGTERM: 143 } as const;

/**
 * Runs something to its end, or to Ctrl-C (or another signal to end), which unsubscribes it; a second one ends the program
 * at once. Settles with the exit code, 0 or that of the signal, when it is torn down; rejects when it failed.
 *
 * @param ownSignal one that the work itself listens to; a second of these interrupts.
 */
export function untilInterrupted(
  work$: Observable<unknown>,
  ownSignal?: keyof typeof signals,
): Promise<number> {
  const hangUp$ = new Subject<void>();
  let code = 0;
  let asked = false;
  const interrupts = Object.entries(signals).map(([signal, exitCode]) => {
    const interrupt = (): void => {
      if (signal === ownSignal && !asked) return void (asked = true);
      if (code !== 0) process.exit(code);
      code = exitCode;
      hangUp$.next();
    };
    process.on(signal, interrupt);
    return () => process.off(signal, interrupt);
  });
  return new Promise((resolve, reject) => {
    work$
      .pipe(
        finalize(() => {
          for (const release of interrupts) release();
        }),
        takeUntil(hangUp$),
      )
      .subscribe({ error: reject, complete: () => resolve(code) });
  });
}
