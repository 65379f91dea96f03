import {
  connect,
  endWith,
  ignoreElements,
  type OperatorFunction,
  startWith,
  switchMap,
  takeUntil,
  timer,
} from 'rxjs';

/**
 * An operator that completes at the latest after `quietMs` without a value since its source completed, so that an
 * endless inner source delays nothing.
 *
 * @example
 * frame$.pipe(finishing(stt, 15_000))
 */
export const finishing =
  <In, Out>(operator: OperatorFunction<In, Out>, quietMs: number): OperatorFunction<In, Out> =>
  source$ =>
    source$.pipe(
      connect(source$ => {
        const over$ = source$.pipe(ignoreElements(), endWith(true));
        return source$.pipe(
          operator,
          connect(out$ =>
            out$.pipe(
              takeUntil(
                over$.pipe(
                  switchMap(() =>
                    out$.pipe(
                      startWith(true),
                      switchMap(() => timer(quietMs)),
                    ),
                  ),
                ),
              ),
            ),
          ),
        );
      }),
    );
