import { asyncScheduler, concat, defer, EMPTY, expand, mergeMap, type Observable, observeOn } from 'rxjs';
import { type OperatorFunction, queueScheduler, switchMap, timer } from 'rxjs';
import { longestTimerMs } from './timers.ts';

/** The result of a step: the next state and the values to emit. */
export interface Step<State, Out> {
  readonly state: State;
  readonly emit: readonly Out[];
}

/** A time that the machine has waited for. */
export interface Due {
  readonly type: 'due';
}

/** A state machine as data and pure functions. Times are in ms, on RxJS's clock. */
export interface Machine<In, State, Out> {
  readonly initial: State;
  /** The next state and output for an event, or for a time that was due. */
  readonly step: (state: State, event: In | Due, now: number) => Step<State, Out>;
  /** The time of the next step without an event; `undefined` or `Infinity` for never. */
  readonly dueAt?: (state: State, now: number) => number | undefined;
}

/**
 * Runs a state machine over a stream. Each event is one step, handled completely before the next; a `due` step runs
 * at the time that the state waits for.
 *
 * An event that arrives while a step's results are emitted is handled after all of them. When the source completes,
 * times that are still waited for pass first.
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
      // `expand` instead of recursion: a state that waits for long would nest thousands of subscriptions.
      const due$ = defer(wait).pipe(
        expand(wait),
        mergeMap(() => take({ type: 'due' })),
      );
      return event$.pipe(
        observeOn(queueScheduler),
        switchMap(event => concat(take(event), due$)),
      );
    });
