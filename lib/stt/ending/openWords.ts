import { added, type JoinedText, noText } from '../joinedText.ts';
import { saysAnything } from '../sameWords.ts';
import {
  lateAfterEnd,
  lateAfterVoice,
  type LateWords,
  lateWords,
  type WithoutLate,
  withoutLate,
} from './lateWords.ts';
import { fuzzMs, type Words } from './words.ts';

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
  /** The words that ended the previous turn before they were final. */
  readonly late: LateWords | undefined;
}

/** No words. */
export const noWords: OpenWords = {
  finals: noText,
  finalEnd: undefined,
  open: '',
  interim: '',
  late: undefined,
};

/** The next state, and the words that belong to the open turn: `undefined` if they all belong to the previous one. */
export function takeWords(
  words: OpenWords,
  event: Words,
  now: number,
): readonly [OpenWords, Words | undefined] {
  const text = event.text.normalize('NFC');
  const [late, fresh] = ofThisTurn(words, text === event.text ? event : { ...event, text }, now);
  const rest = late === words.late ? words : { ...words, late };
  if (fresh === undefined) return [rest, undefined];
  if (fresh.type === 'interim') return [{ ...rest, open: fresh.text, interim: event.text }, fresh];
  const settled = { ...rest, open: '', interim: '' };
  if (!saysAnything(fresh.text)) return [settled, fresh];
  return [{ ...settled, finals: added(words.finals, fresh.text), finalEnd: fresh.end }, fresh];
}

/** Without late words. A final of nothing but late words still settles the open ones. */
function ofThisTurn(words: OpenWords, event: Words, now: number): WithoutLate {
  if (words.late === undefined) return [undefined, event];
  const [late, fresh] = withoutLate(words.late, event, now);
  const isNothing = fresh?.text === '' && event.text !== '' && words.open === '';
  return [late, isNothing ? undefined : fresh];
}

/** A voice begins. */
export const wordsAfterVoice = (words: OpenWords, at: number): OpenWords =>
  words.late === undefined ? words : { ...words, late: lateAfterVoice(words.late, at) };

/** The engine reports where the previous utterance ended. */
export const wordsAfterEnd = (words: OpenWords, end: number): OpenWords =>
  words.late === undefined ? words : { ...words, late: lateAfterEnd(words.late, end) };

/** All words. */
export const textOf = ({ finals, open }: OpenWords): string => added(finals, open).text;

/** Whether there are words, all of them final, for a voice that ended there. */
export const areFinalAt = ({ open, finalEnd }: OpenWords, end: number): boolean =>
  open === '' && finalEnd !== undefined && finalEnd >= end - fuzzMs;

/** The turn is over, where its voice ended. `byEngine`: the engine itself reported it. */
export const closeWords = (
  words: OpenWords,
  turn: { readonly end: number; readonly byEngine: boolean; readonly wordsAt: number | undefined },
  now: number,
): OpenWords => ({ ...noWords, late: lateWords(words.interim.normalize('NFC'), turn, now) ?? words.late });
