import type { SttEvent } from '../stt.ts';
import type { EndingContext } from './context.ts';
import { estimatedEnd } from './endingOf.ts';
import type { EndingState } from './endingState.ts';
import { type EndingStep, stay } from './endingStep.ts';
import { textOf, wordsAfterEnd } from './openWords.ts';
import { fuzzMs } from './words.ts';

type UtteranceEnd = Extract<SttEvent, { readonly type: 'utteranceEnd' }>;

/** The engine reports an end: of the open turn, of a previous one, or once more. */
export function hearEnd(
  before: EndingState,
  { end, decided }: UtteranceEnd,
  context: EndingContext,
  now: number,
): EndingStep {
  const { turn, words, past } = before;
  const isFirstTurn = past.lastEnd === -Infinity;
  const isBeforeStart = turn !== undefined && end < turn.start;
  const hasLooseEnds = past.hasLooseEnds || (isBeforeStart && isFirstTurn);
  const state: EndingState = {
    ...before,
    past: { ...past, latestEnd: Math.max(past.latestEnd, end), hasLooseEnds },
  };
  // Once more, for words that were over before the latest ones.
  if (end <= past.latestEnd && (turn?.wordsAt ?? -Infinity) > end + fuzzMs) return stay(state);
  const isOfThis = !isBeforeStart || isFirstTurn || (hasLooseEnds && textOf(words) !== '');
  // Of a turn that ended without it, or that it has already ended.
  if (turn === undefined || !isOfThis) return stay({ ...state, words: wordsAfterEnd(words, end) });
  if (decided === true) return stay({ ...state, turn: { ...turn, decidedEnd: end } });
  const ended = Number.isFinite(end) ? Math.max(end, turn.start) : estimatedEnd(state, turn, context, now);
  return stay({ ...state, turn: { ...turn, ended, reportedEnd: ended } });
}
