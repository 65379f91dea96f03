import { asyncScheduler, concat, defer, EMPTY, expand, mergeMap, type Observable, observeOn } from 'rxjs';
import { type OperatorFunction, queueScheduler, switchMap, timer } from 'rxjs';
import { longestTimerMs } from './timers.ts';

/** What a machine does with an event: what it is from then on, and what it emits. */
export interface Step<State, Out> {
  readonly state: State;
  readonly emit: readonly Out[];
}

/** A moment the machine has waited for. */
export interface Due {
  readonly type: 'due';
}

/** A state machine as data and pure functions. Times are in ms, on RxJS's clock. */
export interface Machine<In, State, Out> {
  readonly initial: State;
  /** What an event, or a due moment, makes of a state. */
  readonly step: (state: State, event: In | Due, now: number) => Step<State, Out>;
  /** When a state is to be looked at again though no event came; `undefined` or `Infinity` for never. */
  readonly dueAt?: (state: State, now: number) => number | undefined;
}

/**
 * Runs a state machine over a stream: each event is one step, taken whole before the next, and a `due` step is taken
 * when the moment comes that the state waits for.
 *
 * An event that comes while a step's results are emitted, in answer to one of them, is taken after all of them. When the
 * source completes, moments that are still waited for are due first.
 *
 * @example
 * userTurn$.pipe(stateMachine(floor))
 */
export const stateMachine =
  <In, State, Out>({ initial, step, dueAt }: Machine<In, State, Out>): OperatorFunction<In, Out> =>
  event$ =>
    defer(() => {
      let state = initial;
      const take = (event: In | Due): readonly Out[] => {
        const { state: next, emit } = step(state, event, asyncScheduler.now());
        state = next;
        return emit;
      };
      const wait = (): Observable<unknown> => {
        const now = asyncScheduler.now();
        const at = dueAt?.(state, now) ?? Infinity;
        if (at === Infinity) return EMPTY;
        return timer(Math.min(Math.max(0, Math.ceil(at - now)), longestTimerMs)).pipe(
          observeOn(queueScheduler),
        );
      };
      // `expand` and no recursion: a state that waits for long would be thousands of subscriptions deep.
      const due$ = defer(wait).pipe(
        expand(wait),
        mergeMap(() => take({ type: 'due' })),
      );
      return event$.pipe(
        observeOn(queueScheduler),
        switchMap(event => concat(take(event), due$)),
      );
    });
