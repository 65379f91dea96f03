import { isObservable, type Observable } from 'rxjs';
import type { TurnSoFar } from '../completeness.ts';
import type { EndingContext } from './context.ts';
import type { Ending, EndingState, OpenTurn } from './endingState.ts';
import type { AudioLead } from './audioPosition.ts';
import { areFinalAt, textOf } from './openWords.ts';
import { latestPauses } from './pauses.ts';

/**
 * All that ends a turn, the first that applies:
 *
 * 1. The engine decided by meaning: at once.
 * 2. The engine has completed: at once.
 * 3. The engine reported an end: after the silence that the policy asks for.
 * 4. A detector reported silence, and `finalMs` is set: after that silence too. Without final words, not before
 *    `finalMs`.
 * 5. Anything else: once the watchdog has passed without new words. It also limits 3 and 4.
 *
 * `probability`: a model's answer; without it the model is asked.
 */
export function endingOf(
  state: EndingState,
  context: EndingContext,
  now: number,
  probability?: number,
): Ending | undefined {
  const { turn } = state;
  if (turn === undefined) return undefined;
  const { decidedEnd, ended, quiet } = turn;
  if (decidedEnd !== undefined) return { at: now, end: decidedEnd, by: 'decision' };
  if (state.isOver)
    return { at: now, end: ended ?? quiet ?? estimatedEnd(state, turn, context, now), by: 'completion' };
  if (ended !== undefined)
    return { ...policy(state, turn, ended, context, now, -Infinity, probability), by: 'engine' };
  if (quiet !== undefined && context.finalMs < Infinity) {
    const finalAt = finalWordsAt(state, turn, quiet, context, now);
    return { ...policy(state, turn, quiet, context, now, finalAt, probability), by: 'silence' };
  }
  const at = watchdogAt(state, turn, context.watchdogMs);
  return { at, end: quiet ?? estimatedEnd(state, turn, context, now), by: 'watchdog' };
}

/** The end that the policy on silence gives, for a voice that ended there; not before `notBefore`. */
function policy(
  state: EndingState,
  turn: OpenTurn,
  end: number,
  context: EndingContext,
  now: number,
  notBefore: number,
  known: number | undefined,
): Pick<Ending, 'at' | 'end' | 'probability$'> {
  const text = textOf(state.words);
  const pausesMs = latestPauses(state.past.pausesMs, turn.pausesMs);
  const soFar: TurnSoFar = { text, pausesMs, audio: context.audio };
  const likely = known ?? (text === '' ? 1 : estimated(soFar, context));
  const isAsked = isObservable(likely);
  const silenceMs = context.silenceMs({ ...soFar, probability: isAsked ? 0 : likely });
  const at = Math.max(notBefore, now + silenceMs - context.sinceMs(end));
  const inTime = Math.min(at, watchdogAt(state, turn, context.longestMs));
  return isAsked ? { at: inTime, end, probability$: likely } : { at: inTime, end };
}

/** The probability that the user has finished. A model that fails counts as 1. */
function estimated(turn: TurnSoFar, { completeness }: EndingContext): number | Observable<number> {
  try {
    return completeness(turn);
  } catch {
    return 1;
  }
}

/** Until when final words are awaited. */
function finalWordsAt(
  { words }: EndingState,
  { isLate, since }: OpenTurn,
  quiet: number,
  { finalMs, sinceMs }: EndingContext,
  now: number,
): number {
  if (areFinalAt(words, quiet)) return -Infinity;
  // Words of a voice that ended long ago: more of them may follow.
  return finalMs + (isLate ? since : now - sinceMs(quiet));
}

/** When the watchdog has waited this long. A voice that is still heard restarts it once. */
const watchdogAt = ({ detector }: EndingState, { since, voiceSince = 0 }: OpenTurn, ms: number): number =>
  (detector.isSounding ? Math.max(since, voiceSince) : since) + ms;

/** The end of the voice, as far as the words show it. */
export const estimatedEnd = (
  { lead }: EndingState,
  { wordsAt, start }: OpenTurn,
  context: EndingContext,
  now: number,
): number => Math.max(wordsAt ?? positionNow(lead, context, now), start);

/** The current position in the audio. */
export const positionNow = (lead: AudioLead, { sinceMs }: EndingContext, now: number): number =>
  lead === undefined ? sinceMs(0) : now + lead;
