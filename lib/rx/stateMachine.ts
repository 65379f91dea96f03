import { asyncScheduler, concat, defer, map, mergeMap, Observable, observeOn, of } from 'rxjs';
import { type OperatorFunction, queueScheduler, switchMap } from 'rxjs';
import { alarm } from './alarm.ts';

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
  /**
   * Events that the state after an event of the source waits for, in addition to its time: an answer to a question.
   * Unsubscribed at the source's next event. Default: none.
   */
  readonly awaits?: (state: State) => Observable<In> | undefined;
}

/**
 * Runs a state machine over a stream. Each event is one step, handled completely before the next; a `due` step runs
 * at the time that the state waits for.
 *
 * An event that arrives while a step's results are emitted is handled after all of them. When the source completes,
 * times and answers that are still waited for pass first.
 *
 * @example
 * userTurn$.pipe(stateMachine(floor))
 */
export const stateMachine =
  <In, State, Out>({ initial, step, dueAt, awaits }: Machine<In, State, Out>): OperatorFunction<In, Out> =>
  event$ =>
    defer(() => {
      let state = initial;
      const take = (event: In | Due): readonly Out[] => {
        const { state: next, emit } = step(state, event, asyncScheduler.now());
        state = next;
        return emit;
      };
      const due$: Observable<In | Due> = alarm(now => dueAt?.(state, now)).pipe(map(() => ({ type: 'due' })));
      const answers = (): Observable<In | Due> => {
        const answer$ = awaits?.(state);
        if (answer$ === undefined) return due$;
        // An answer may change the time that the state waits for.
        return concat(of(undefined), answer$.pipe(observeOn(queueScheduler))).pipe(
          switchMap(answer => (answer === undefined ? due$ : thenWait<In | Due>(answer, () => due$))),
        );
      };
      return event$.pipe(
        observeOn(queueScheduler),
        switchMap(event => thenWait<In | Due>(event, answers)),
        mergeMap(take),
      );
    });

/** An event, and after its step the times and answers that the state waits for. */
const thenWait = <Event>(event: Event, wait: () => Observable<Event>): Observable<Event> =>
  new Observable(subscriber => {
    subscriber.next(event);
    if (!subscriber.closed) subscriber.add(wait().subscribe(subscriber));
  });
