import type { SttEvent } from '../stt.ts';
import { leadAfter } from './audioPosition.ts';
import type { EndingContext } from './context.ts';
import { begun, type EndingState } from './endingState.ts';
import { type EndingStep, resumed, stay } from './endingStep.ts';
import { wordsAfterVoice } from './openWords.ts';
import { withPause } from './pauses.ts';

type VoiceStart = Extract<SttEvent, { readonly type: 'speechStart' }>;
type VoiceEnd = Extract<SttEvent, { readonly type: 'speechEnd' }>;

/** A voice begins: a turn opens, or the user goes on. */
export function hearVoiceStart(
  before: EndingState,
  event: VoiceStart,
  context: EndingContext,
  now: number,
): EndingStep {
  const { at } = event;
  const { turn, past, detector } = before;
  const previousEnd = detector.reportsEnds ? past.lastEnd : undefined;
  const knownEnd = turn === undefined ? previousEnd : (turn.ended ?? turn.quiet);
  if (knownEnd !== undefined && at < knownEnd) return stay(before); // a late report of a voice that is over
  const state: EndingState = {
    ...before,
    lead: leadAfter(before.lead, at, context.sinceMs(at), now),
    words: wordsAfterVoice(before.words, at),
    detector: { ...detector, isSounding: true },
  };
  if (turn === undefined) {
    const start = Math.max(at, past.lastEnd);
    return { state: { ...state, turn: begun(state, now, start) }, emit: [{ ...event, at: start }] };
  }
  const pausesMs = withPause(turn.pausesMs, turn.ended ?? turn.quiet, at);
  const [next, emit] = resumed({ ...turn, pausesMs, quiet: undefined, voiceSince: turn.voiceSince ?? now });
  return { state: { ...state, turn: next }, emit: [...emit, event] };
}

/** A detector reports the end of a voice. */
export function hearVoiceEnd(
  before: EndingState,
  event: VoiceEnd,
  context: EndingContext,
  now: number,
): EndingStep {
  const { at } = event;
  const { turn, detector, lead } = before;
  // The end of a previous voice.
  if (turn !== undefined && at < turn.start)
    return stay({ ...before, detector: { ...detector, reportsEnds: true } });
  const state: EndingState = {
    ...before,
    detector: { isSounding: false, reportsEnds: true, lastQuiet: { at, time: now } },
    lead: leadAfter(lead, at, context.sinceMs(at), now),
    turn: turn && { ...turn, quiet: at, voiceSince: undefined },
  };
  return { state, emit: [event] };
}
