import {
  concat,
  defer,
  filter,
  finalize,
  ignoreElements,
  merge,
  type Observable,
  Subject,
  take,
  takeUntil,
  tap,
} from 'rxjs';
import type { Warmable } from '../lib/operators.ts';
import { terminal } from './view/terminal.ts';

/** Loads an engine, shows its progress on stderr, and runs the work while the engine is held. */
export const whileLoading = <Value>({ warm$ }: Warmable, work$: Observable<Value>): Observable<Value> => {
  if (warm$ === undefined) return work$;
  return defer(() => {
    const screen = terminal(process.stderr);
    const over$ = new Subject<void>();
    const ready$ = warm$.pipe(
      tap(({ engine, progress }) => screen.progress(engine, progress)),
      filter(({ progress }) => progress === 1),
      take(1),
      tap(() => screen.clear()),
      ignoreElements(),
    );
    return merge(
      warm$.pipe(ignoreElements(), takeUntil(over$)),
      concat(ready$, work$).pipe(
        finalize(() => {
          screen.clear();
          over$.next();
        }),
      ),
    );
  });
};
