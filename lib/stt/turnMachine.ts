import type { Machine, Step } from '../rx/stateMachine.ts';
import { added, type JoinedText, noText } from './joinedText.ts';
import { countWords, saysAnything } from './sameWords.ts';
import type { SttEvent } from './stt.ts';
import type { UserTurnEvent } from './userTurnEvent.ts';

/** The state of `userTurns`: the open turn, or the next one. Positions are in the audio, ms. */
export interface TurnState {
  readonly turn: number;
  readonly isSpeaking: boolean;
  /** Whether a detector reported the end of the voice. */
  readonly isQuiet: boolean;
  /** Whether the turn is too long: it ends with its next final words. */
  readonly isOverdue: boolean;
  readonly finals: JoinedText;
  /** The number of final words, if it is limited. */
  readonly words: number;
  readonly interim: string;
  /** Where the voice of the open turn ended, as far as that is known; else where the previous turn did. */
  readonly end: number;
  /** The end of the previous turn, or the start of this turn's voice: the turn does not end earlier. */
  readonly from: number;
  /** When the user began to speak, or the last cut: a time of the clock. */
  readonly since: number | undefined;
}

/** An event of the engine, or its completion. */
export type TurnInput = SttEvent | { readonly type: 'over' };

type TurnStep = Step<TurnState, UserTurnEvent>;

const noTurn: TurnState = {
  turn: 1,
  isSpeaking: false,
  isQuiet: false,
  isOverdue: false,
  finals: noText,
  words: 0,
  interim: '',
  end: 0,
  from: 0,
  since: undefined,
};

/** The user's turns as a pure state machine: an engine's events in, turns out. */
export const turnMachine = (
  maxMs: number,
  maxWords: number,
): Machine<TurnInput, TurnState, UserTurnEvent> => {
  const dueAt = ({ since = Infinity }: TurnState): number => since + maxMs;
  return {
    initial: noTurn,
    step: (state, event, now) => {
      if (event.type === 'due') return dueAt(state) > now ? stay(state) : cut(state, now);
      return event.type === 'final' ? final(state, event, maxWords, now) : hear(state, event, now);
    },
    dueAt,
  };
};

function hear(
  state: TurnState,
  event: Exclude<TurnInput, { readonly type: 'final' }>,
  now: number,
): TurnStep {
  const { turn, finals, isSpeaking } = state;
  switch (event.type) {
    case 'speechStart':
      return state.isQuiet ? resume(state) : speak(state, event.at, now);
    case 'interim': {
      if (!saysAnything(event.text)) return stay(state);
      const next = { ...state, interim: event.text };
      return andEmit(speak(next, Infinity, now), { type: 'interim', turn, text: textOf(next) });
    }
    case 'utteranceEnd':
      return close({ ...state, end: event.end });
    case 'eagerEnd': {
      const text = textOf({ finals, interim: saysAnything(event.text) ? event.text : '' });
      if (text === '') return stay(state);
      return andEmit(speak(state, Infinity, now), { type: 'eager', turn, text });
    }
    case 'resumed':
      return isSpeaking ? resume(state) : stay(state);
    case 'speechEnd': {
      const quiet = { ...state, isQuiet: isSpeaking };
      return isSpeaking
        ? { state: quiet, emit: [{ type: 'quiet', turn, text: textOf(state), at: event.at }] }
        : stay(quiet);
    }
    case 'over':
      return close(state);
  }
}

/** Words that will not change. They end a turn that is too long. */
function final(
  before: TurnState,
  { text, end }: Extract<SttEvent, { readonly type: 'final' }>,
  maxWords: number,
  now: number,
): TurnStep {
  // Without words: the engine retracts the interim, unless this is of audio before it.
  if (!saysAnything(text) && end < Math.max(before.end, before.from)) return stay(before);
  const state = { ...before, interim: '' };
  if (!saysAnything(text)) return stay(state);
  const words = maxWords < Infinity ? state.words + countWords(text) : 0;
  const next = { ...state, finals: added(state.finals, text), end, words };
  const heard = andEmit(speak(next, Infinity, now), { type: 'final', turn: state.turn, text });
  if (!state.isOverdue && words <= maxWords) return heard;
  const said = commit({ ...heard.state, since: now }, textOf(heard.state));
  return { state: said.state, emit: [...heard.emit, ...said.emit] };
}

/** The turn is too long: cuts it at its final words, or at the next ones. */
function cut(state: TurnState, now: number): TurnStep {
  const { isSpeaking, finals } = state;
  // The open interim belongs to the next turn: its words will be final there.
  const next = { ...state, since: isSpeaking ? now : undefined, isOverdue: isSpeaking };
  return finals.text === '' ? stay(next) : commit(next, finals.text);
}

function speak(state: TurnState, at: number, now: number): TurnStep {
  if (state.isSpeaking) return stay(state);
  const from = at < Infinity ? Math.max(state.from, at) : state.from;
  return {
    state: { ...state, isSpeaking: true, since: state.since ?? now, from },
    emit: [{ type: 'speaking', turn: state.turn, at: at < Infinity ? from : at }],
  };
}

const resume = (state: TurnState): TurnStep => ({
  state: { ...state, isQuiet: false },
  emit: [{ type: 'resumed', turn: state.turn }],
});

/** The utterance is over: all its words are said. */
function close(state: TurnState): TurnStep {
  const said = commit(state, textOf(state));
  return { ...said, state: { ...said.state, interim: '', since: undefined } };
}

/** Ends the turn with these words, if there are any. */
function commit(state: TurnState, text: string): TurnStep {
  const { turn, isSpeaking } = state;
  const closed = { ...state, isSpeaking: false, isQuiet: false, isOverdue: false, finals: noText, words: 0 };
  if (text === '') return isSpeaking ? { state: closed, emit: [{ type: 'silent', turn }] } : stay(state);
  const end = Math.max(state.end, state.from);
  const said = { type: 'said', turn, text, end } as const;
  return {
    state: { ...closed, turn: turn + 1, end, from: end },
    emit: isSpeaking ? [said] : [{ type: 'speaking', turn, at: Infinity }, said],
  };
}

const textOf = ({ finals, interim }: Pick<TurnState, 'finals' | 'interim'>): string =>
  added(finals, interim).text;

const stay = (state: TurnState): TurnStep => ({ state, emit: [] });

const andEmit = ({ state, emit }: TurnStep, event: UserTurnEvent): TurnStep => ({
  state,
  emit: [...emit, event],
});
