import { normalised, saysAnything } from '../sameWords.ts';
import type { SttEvent } from '../stt.ts';
import { leadAfter } from './audioPosition.ts';
import type { EndingContext } from './context.ts';
import { positionNow } from './endingOf.ts';
import { begun, type Detector, type EndingState, type OpenTurn } from './endingState.ts';
import { type EndingStep, resumed, stay } from './endingStep.ts';
import { takeWords } from './openWords.ts';
import { fuzzMs, type Words } from './words.ts';

/** Words: they open a turn, belong to its last voice, or are new and end the waiting. */
export function hearWords(
  before: EndingState,
  event: Words,
  context: EndingContext,
  now: number,
): EndingStep {
  const isFinal = event.type === 'final';
  const lead = isFinal ? leadAfter(before.lead, event.end, context.sinceMs(event.end), now) : before.lead;
  const position = positionNow(lead, context, now);
  // The words of an interim end about where it arrives.
  const openTo = Math.max(position - fuzzMs, before.turn?.start ?? before.past.lastEnd);
  const [words, fresh] = takeWords(before.words, event, now, openTo);
  const state: EndingState = { ...before, lead, words };
  if (fresh === undefined) return stay(state);
  if (!saysAnything(fresh.text)) return { state, emit: [fresh] };
  const turn: OpenTurn = {
    ...(before.turn ?? { ...begun(state, now), ...ofEarlierVoice(state, fresh, context, now) }),
    since: now,
    voiceSince: undefined,
    wordsAt: isFinal && Number.isFinite(event.end) ? event.end : position,
  };
  const [next, emit] = belonging(turn, fresh, before.words.open, state.detector);
  return { state: { ...state, turn: next }, emit: [...emit, fresh] };
}

/** The turn after words, which belong to a voice that has ended, or are new. */
function belonging(
  turn: OpenTurn,
  fresh: Words,
  before: string,
  { isSounding }: Detector,
): readonly [OpenTurn, readonly SttEvent[]] {
  const isSame = (): boolean => normalised(fresh.text) === normalised(before);
  // The engine ended the utterance before its last words: they are not new.
  if (isBeforeEnd(turn, fresh, isSame)) {
    const ended = !isSounding || turn.ended !== undefined ? turn.reportedEnd : undefined;
    return [{ ...turn, ended, isReady: turn.isReady && isSame() }, []];
  }
  // After the voice, words belong to it; after the engine's end, they are new.
  const isAfterVoice = turn.ended === undefined && turn.quiet !== undefined;
  return isAfterVoice ? [{ ...turn, isReady: false }, []] : resumed(turn);
}

/** Whether words lie before the end that the engine reported. */
function isBeforeEnd({ reportedEnd, ended }: OpenTurn, words: Words, isSame: () => boolean): boolean {
  if (reportedEnd === undefined) return false;
  return words.type === 'final' ? words.end <= reportedEnd + fuzzMs : ended !== undefined && isSame();
}

/** Words open a turn whose voice a detector has already reported and ended as a noise. */
function ofEarlierVoice(
  { detector: { isSounding, lastQuiet }, past }: EndingState,
  words: Words,
  { watchdogMs }: EndingContext,
  now: number,
): Partial<OpenTurn> {
  if (isSounding || lastQuiet === undefined) return {};
  const { at, time } = lastQuiet;
  const isOfIt = words.type === 'final' ? words.end <= at + fuzzMs : now - time < watchdogMs;
  return isOfIt ? { quiet: Math.max(at, past.lastEnd), isLate: true } : {};
}
