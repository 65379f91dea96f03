import { chalkStderr } from 'chalk';
import { finalize, type Observable, Subject, takeUntil } from 'rxjs';
import { exitCodes, isTakenByWork, ownListener, type Signal } from './signals.ts';
import { onReaderLeft } from './standardStreams.ts';

/** Options of {@link untilInterrupted}. */
export interface Interruptions {
  /** A signal that the work itself listens to: only a second one, or one that comes before it listens, interrupts. */
  readonly ownSignal?: Signal;
  /** Whether the work goes on when the reader of stdout is gone, as a server does. Default `false`: it ends. */
  readonly withoutReader?: boolean;
}

/**
 * Runs something to its end, or to Ctrl-C (or another signal to end), which unsubscribes it; a second one ends the program
 * at once. Settles with the exit code, 0 or that of the signal, when it is torn down; rejects when it failed.
 */
export function untilInterrupted(
  work$: Observable<unknown>,
  { ownSignal, withoutReader = false }: Interruptions = {},
): Promise<number> {
  const hangUp$ = new Subject<void>();
  let code = 0;
  let asked = false;
  const interrupts = (Object.entries(exitCodes) as [Signal, number][]).map(([signal, exitCode]) => {
    const interrupt = ownListener(() => {
      if (signal === ownSignal && !asked && isTakenByWork(signal)) return void (asked = true);
      if (code !== 0) process.exit(code);
      code = exitCode;
      hangUp$.next();
    });
    process.on(signal, interrupt);
    return () => void process.off(signal, interrupt);
  });
  const release = [...interrupts, onReaderLeft(withoutReader ? reportReaderLeft : () => hangUp$.next())];
  return new Promise((resolve, reject) => {
    work$
      .pipe(
        finalize(() => {
          for (const each of release) each();
        }),
        takeUntil(hangUp$),
      )
      .subscribe({ error: reject, complete: () => resolve(code) });
  });
}

const reportReaderLeft = (): void =>
  void process.stderr.write(
    `${chalkStderr.yellow('rxvoice:')} the reader of the output is gone; the server goes on without it.\n`,
  );
