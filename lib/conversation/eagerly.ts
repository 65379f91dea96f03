import type { MonoTypeOperatorFunction } from 'rxjs';
import { type Machine, stateMachine, type Step } from '../rx/stateMachine.ts';
import { normalised } from '../stt/sameWords.ts';
import type { UserTurnEvent } from '../stt/userTurns.ts';
import type { SpeculationOptions } from './speculationOptions.ts';

/**
 * Emits `eager` when a user's turn may be over, within a budget, and `resumed` when other words follow. The same
 * words are not guessed twice, whatever case and punctuation the engine gives them.
 *
 * @example
 * userTurn$.pipe(eagerly({ perTurn: 1 }))
 */
export const eagerly = (options: SpeculationOptions = {}): MonoTypeOperatorFunction<UserTurnEvent> =>
  stateMachine(guesses(options));

/** State of the user's turn. */
interface GuessState {
  readonly turn: number;
  readonly finals: readonly string[];
  readonly text: string;
  /** The words of the current guess, while they hold, and the number of guesses in this turn. */
  readonly guessed: string | undefined;
  readonly tries: number;
  /** Times of the guesses in the last minute, ms. */
  readonly times: readonly number[];
  /** Whether a detector reports voices, and whether it reports silence now. */
  readonly detected: boolean;
  readonly quiet: boolean;
  /** When the words will have been stable for long enough. */
  readonly stableAt: number;
}

type GuessStep = Step<GuessState, UserTurnEvent>;

const untouched = { finals: [], text: '', guessed: undefined, tries: 0, quiet: false, stableAt: Infinity };

/** Guesses as a pure state machine. */
export function guesses({
  stableMs = Infinity,
  perTurn = 3,
  perMinute = 20,
}: SpeculationOptions = {}): Machine<UserTurnEvent, GuessState, UserTurnEvent> {
  /** Guesses that the turn is complete, unless it was guessed already or the budget is spent. */
  const ready = (state: GuessState, now: number): GuessStep => {
    const words = normalised(state.text);
    const times = state.times.filter(time => now - time < 60_000);
    const spent = state.tries >= perTurn || times.length >= perMinute;
    if (words === '' || words === state.guessed || spent) return { state: { ...state, times }, emit: [] };
    return {
      state: { ...state, guessed: words, tries: state.tries + 1, times: [...times, now] },
      emit: [{ type: 'eager', turn: state.turn, text: state.text }],
    };
  };

  const hear = (state: GuessState, event: UserTurnEvent, now: number): GuessStep => {
    switch (event.type) {
      case 'interim': {
        const heard = then(withWords(state, event.text), event);
        return state.quiet ? andThen(heard, next => ready(next, now)) : heard;
      }
      case 'final': {
        const finals = [...state.finals, event.text];
        const heard = then(withWords({ ...state, finals }, finals.join(' ')), event);
        return andThen(heard, next => ready(next, now));
      }
      case 'quiet':
        return andThen({ state: { ...state, detected: true, quiet: true }, emit: [event] }, next =>
          ready(next, now),
        );
      case 'eager':
        return andThen(withWords(state, event.text), next => ready(next, now));
      case 'resumed':
        return drop({ ...state, quiet: false });
      case 'said':
      case 'silent':
        return { state: { ...state, ...untouched }, emit: [event] };
      case 'speaking':
        return { state: { ...state, quiet: false }, emit: [event] };
    }
  };

  return {
    initial: { ...untouched, turn: 0, times: [], detected: false },
    step: (state, event, now) => {
      if (event.type === 'due')
        return now < state.stableAt ? { state, emit: [] } : ready({ ...state, stableAt: Infinity }, now);
      const heard = hear({ ...state, turn: event.turn }, event, now);
      return {
        ...heard,
        state: { ...heard.state, stableAt: mayStand(heard.state) ? now + stableMs : Infinity },
      };
    },
    dueAt: ({ stableAt }) => stableAt,
  };
}

/** Whether there are words without a guess, and no voice that may change them. */
const mayStand = ({ text, guessed, detected, quiet }: GuessState): boolean =>
  text !== '' && guessed === undefined && (quiet || !detected);

/** Other words than the guessed ones arrived: the guess is dropped. */
const withWords = (state: GuessState, text: string): GuessStep => {
  const next = { ...state, text };
  return normalised(text) === state.guessed ? { state: next, emit: [] } : drop(next);
};

const drop = (state: GuessState): GuessStep =>
  state.guessed === undefined
    ? { state, emit: [] }
    : { state: { ...state, guessed: undefined }, emit: [{ type: 'resumed', turn: state.turn }] };

const then = ({ state, emit }: GuessStep, event: UserTurnEvent): GuessStep => ({
  state,
  emit: [...emit, event],
});

const andThen = ({ state, emit }: GuessStep, step: (state: GuessState) => GuessStep): GuessStep => {
  const next = step(state);
  return { state: next.state, emit: [...emit, ...next.emit] };
};
