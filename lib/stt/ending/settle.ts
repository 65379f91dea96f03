import { isMadeOf } from '../../languages/phrases.ts';
import type { EndingContext } from './context.ts';
import { estimatedEnd } from './endingOf.ts';
import type { Ending, EndingState, OpenTurn } from './endingState.ts';
import { type EndingStep, stay } from './endingStep.ts';
import { closeWords, textOf } from './openWords.ts';
import { latestPauses } from './pauses.ts';

/** Waits for the end, or ends the turn now. */
export function settled(
  state: EndingState,
  ending: Ending | undefined,
  context: EndingContext,
  now: number,
): EndingStep {
  const { turn } = state;
  if (turn === undefined || ending === undefined) return stay({ ...state, ending: undefined });
  // A user's policy may return something that is not a number.
  if (!(ending.at > now)) return closed(state, turn, ending, context, now);
  const waiting = { ...state, ending };
  return ending.probability$ === undefined ? ready(waiting) : stay(waiting);
}

/** While a policy waits, an answer can be prepared. */
export function ready(state: EndingState): EndingStep {
  const { turn, ending, words } = state;
  const isPolicy = ending?.by === 'engine' || ending?.by === 'silence';
  if (turn === undefined || turn.isReady || !isPolicy || textOf(words) === '') return stay(state);
  return {
    state: { ...state, turn: { ...turn, isReady: true } },
    emit: [{ type: 'eagerEnd', text: words.open }],
  };
}

/** The turn is over. */
export function closed(
  state: EndingState,
  turn: OpenTurn,
  ending: Ending,
  context: EndingContext,
  now: number,
): EndingStep {
  const { words, past } = state;
  const at = Number.isFinite(ending.end) ? ending.end : estimatedEnd(state, turn, context, now);
  const end = Math.max(at, turn.start, 0);
  const isDecided = ending.by === 'decision';
  const byEngine = isDecided || turn.ended !== undefined;
  // The pauses between repeated "uh-huh" are not representative.
  const isLearnt =
    turn.pausesMs.length > 0 &&
    textOf(words) !== '' &&
    !isMadeOf(textOf(words), context.language.backchannels);
  return {
    state: {
      ...state,
      turn: undefined,
      ending: undefined,
      words: closeWords(words, { end, byEngine, wordsAt: turn.wordsAt }, now),
      past: {
        ...past,
        lastEnd: Math.max(past.lastEnd, end),
        pausesMs: isLearnt ? latestPauses(past.pausesMs, turn.pausesMs) : past.pausesMs,
      },
    },
    emit: [{ type: 'utteranceEnd', end, ...(isDecided && { decided: true }) }],
  };
}
