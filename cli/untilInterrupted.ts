import { finalize, type Observable, Subject, takeUntil } from 'rxjs';

/** The exit code of a program that Ctrl-C ended. */
const interruptedCode = 130;

/**
 * Runs something to its end, or to Ctrl-C, which unsubscribes it (a second Ctrl-C ends the program at once). Settles
 * with the exit code, 0 or 130, when it is torn down; rejects when it failed.
 */
export function untilInterrupted(work$: Observable<unknown>): Promise<number> {
  const hangUp$ = new Subject<void>();
  let code = 0;
  const interrupt = (): void => {
    if (code === interruptedCode) process.exit(code);
    code = interruptedCode;
    hangUp$.next();
  };
  process.on('SIGINT', interrupt);
  return new Promise((resolve, reject) => {
    work$
      .pipe(
        finalize(() => process.off('SIGINT', interrupt)),
        takeUntil(hangUp$),
      )
      .subscribe({ error: reject, complete: () => resolve(code) });
  });
}
