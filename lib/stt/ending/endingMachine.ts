import { catchError, defaultIfEmpty, map, merge, type Observable, of, take } from 'rxjs';
import type { Machine } from '../../rx/stateMachine.ts';
import { saysAnything } from '../sameWords.ts';
import type { SttEvent } from '../stt.ts';
import type { EndingContext } from './context.ts';
import { endingOf } from './endingOf.ts';
import { begun, type EndingState, initialState } from './endingState.ts';
import { type EndingStep, stay } from './endingStep.ts';
import { hearEnd } from './hearEnd.ts';
import { hearVoiceEnd, hearVoiceStart } from './hearVoice.ts';
import { hearWords } from './hearWords.ts';
import { closed, ready, settled } from './settle.ts';

/** An event of the engine, its completion, or an answer of a model. */
export type EndingEvent = SttEvent | { readonly type: 'over' } | Answer;

/** An answer of the model that estimates whether the user has finished; `thinking`: it did not answer at once. */
type Answer = { readonly type: 'thinking' } | { readonly type: 'likely'; readonly probability: number };

/**
 * The end of a turn as a state machine, pure except that it calls the policy's functions. Each event changes the facts
 * (`hearVoice`, `hearWords`, `hearEnd`); `endingOf` then says when the turn ends.
 */
export const endingMachine = (context: EndingContext): Machine<EndingEvent, EndingState, SttEvent> => ({
  initial: initialState,
  step: (state, event, now) => {
    if (event.type === 'due') return due(state, context, now);
    if (event.type === 'thinking') return ready(state);
    if (event.type === 'likely') return answered(state, event.probability, context, now);
    const heard = hear(state, event, context, now);
    const next = settled(heard.state, endingOf(heard.state, context, now), context, now);
    return { state: next.state, emit: [...heard.emit, ...next.emit] };
  },
  dueAt: ({ ending }) => ending?.at,
  awaits: ({ ending }) => ending?.probability$ && answers(ending.probability$),
});

/** A model that fails counts as 1. */
const answers = (probability$: Observable<number>): Observable<Answer> =>
  merge(
    probability$.pipe(
      take(1),
      catchError(() => of(1)),
      defaultIfEmpty(1),
      map(probability => ({ type: 'likely', probability }) as const),
    ),
    of({ type: 'thinking' } as const),
  );

/** The facts after an event, and the events that pass at once. */
function hear(
  state: EndingState,
  event: Exclude<EndingEvent, Answer>,
  context: EndingContext,
  now: number,
): EndingStep {
  switch (event.type) {
    case 'speechStart':
      return hearVoiceStart(state, event, context, now);
    case 'speechEnd':
      return hearVoiceEnd(state, event, context, now);
    case 'interim':
    case 'final':
      return hearWords(state, event, context, now);
    case 'utteranceEnd':
      return hearEnd(state, event, context, now);
    case 'eagerEnd':
      return {
        state: saysAnything(event.text) ? { ...state, turn: begun(state, now) } : state,
        emit: [event],
      };
    case 'resumed':
      return {
        state: state.turn === undefined ? state : { ...state, turn: begun(state, now) },
        emit: [event],
      };
    case 'over':
      return stay({ ...state, isOver: true });
    default:
      // An engine of the program's own may emit other types: `userTurns` refuses them.
      return { state, emit: [event] };
  }
}

/** The time of the end has come. */
function due(state: EndingState, context: EndingContext, now: number): EndingStep {
  const { turn, ending } = state;
  if (turn === undefined || ending === undefined || ending.at > now) return stay(state);
  return closed(state, turn, ending, context, now);
}

/** A model has answered: the end comes no later than without its answer. */
function answered(state: EndingState, probability: number, context: EndingContext, now: number): EndingStep {
  const ending = endingOf(state, context, now, probability);
  if (ending === undefined) return stay(state);
  const at = Math.min(ending.at, state.ending?.at ?? Infinity);
  return settled(state, { ...ending, at }, context, now);
}
