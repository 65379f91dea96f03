import { added, type JoinedText, noText } from '../joinedText.ts';
import { normalised, saysAnything } from '../sameWords.ts';
import { type FinalHistory, isRepetition, noFinals, withFinal, withVoice } from './finalHistory.ts';
import { type ClosedTurn, lateAfterEnd, lateAfterVoice, type LateWords, lateWords } from './lateWords.ts';
import { type WithoutLate, withoutLate } from './withoutLate.ts';
import { type FinalWords, fuzzMs, retracts, type Words } from './words.ts';

/**
 * The words of the open turn. If the previous turn ended before some words were final, their final arrives late and
 * is left out, so that nothing is said twice. Positions, the engine's own ends and new voices distinguish a late
 * final from words that the user repeats.
 */
export interface OpenWords {
  readonly finals: JoinedText;
  /** Where the last of the finals ends. */
  readonly finalEnd: number | undefined;
  /** The words that are not final. */
  readonly open: string;
  /** The engine's interim, including words that ended the previous turn. */
  readonly interim: string;
  /** A final without words retracts the open ones only if its audio reaches here. */
  readonly openTo: number;
  /** The words that ended the previous turn before they were final. */
  readonly late: LateWords | undefined;
  readonly history: FinalHistory;
}

/** No words. */
export const noWords: OpenWords = {
  finals: noText,
  finalEnd: undefined,
  open: '',
  interim: '',
  openTo: -Infinity,
  late: undefined,
  history: noFinals,
};

type Taken = readonly [OpenWords, Words | undefined];

/**
 * The next state, and the words that belong to the open turn: `undefined` if they all belong to the previous one, or
 * were final before. `openTo`: where the words of an interim end at the earliest.
 */
export function takeWords(words: OpenWords, event: Words, now: number, openTo: number): Taken {
  const text = event.text.normalize('NFC');
  const normal = text === event.text ? event : { ...event, text };
  return normal.type === 'final' ? takeFinal(words, normal, now) : takeInterim(words, normal, now, openTo);
}

function takeInterim(words: OpenWords, event: Words, now: number, openTo: number): Taken {
  const [late, fresh] = ofThisTurn(words, event, now);
  if (fresh === undefined) return [{ ...words, late }, undefined];
  const lastEnd = event.words?.at(-1)?.end ?? openTo;
  return [{ ...words, late, open: fresh.text, interim: event.text, openTo: lastEnd }, fresh];
}

function takeFinal(words: OpenWords, event: FinalWords, now: number): Taken {
  const { open, finals, finalEnd = -Infinity, openTo } = words;
  const settled = { ...words, open: '', interim: '' };
  if (isRepetition(words.history, event))
    // Its interim may have been repeated, too.
    return normalised(open) === normalised(event.text)
      ? [settled, { ...event, text: '' }]
      : [words, undefined];
  const isSilent = !saysAnything(event.text);
  // Of audio before the open words.
  if (isSilent && !retracts(event.end, Math.max(openTo, finalEnd + 1))) return [words, undefined];
  const [late, fresh] = ofThisTurn(words, event, now);
  const history = isSilent ? words.history : withFinal(words.history, event);
  if (fresh === undefined) return [{ ...words, late, history }, undefined];
  if (!saysAnything(fresh.text)) return [{ ...settled, late, history }, fresh];
  return [{ ...settled, late, history, finals: added(finals, fresh.text), finalEnd: event.end }, fresh];
}

/** Without late words. A final of nothing but late words still settles the open ones. */
function ofThisTurn(words: OpenWords, event: Words, now: number): WithoutLate {
  if (words.late === undefined) return [undefined, event];
  const [late, fresh] = withoutLate(words.late, event, now);
  const isNothing = fresh?.text === '' && event.text !== '' && words.open === '';
  return [late, isNothing ? undefined : fresh];
}

/** A voice begins. */
export const wordsAfterVoice = (words: OpenWords, at: number): OpenWords => ({
  ...words,
  history: withVoice(words.history, at),
  late: words.late && lateAfterVoice(words.late, at),
});

/** The engine reports where the previous utterance ended. */
export const wordsAfterEnd = (words: OpenWords, end: number): OpenWords =>
  words.late === undefined ? words : { ...words, late: lateAfterEnd(words.late, end) };

/** All words. */
export const textOf = ({ finals, open }: OpenWords): string => added(finals, open).text;

/** Whether there are words, all of them final, for a voice that ended there. */
export const areFinalAt = ({ open, finalEnd }: OpenWords, end: number): boolean =>
  open === '' && finalEnd !== undefined && finalEnd >= end - fuzzMs;

/** The turn is over. */
export const closeWords = (words: OpenWords, turn: ClosedTurn, now: number): OpenWords => ({
  ...noWords,
  late: lateWords(words.interim, words.openTo, turn, now) ?? words.late,
  history: words.history,
});
