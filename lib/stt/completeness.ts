import type { Observable } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';

/** What is known of a turn when its end is to be decided. */
export interface TurnSoFar {
  /** All that was said in it. */
  readonly text: string;
  /** How long the user's own pauses within turns were, ms: the latest 20, in their order. */
  readonly pausesMs: readonly number[];
  /** The last seconds of the input's audio, for a model that listens; empty where nothing records it. */
  readonly audio: () => AudioFrame;
}

/**
 * How likely it is that a user who fell silent has finished, 0 … 1: at once, or when a model has found out. A model that
 * fails is taken for a 1; one that is slow is waited for no longer than a 0 would make one wait.
 */
export type Completeness = (turn: TurnSoFar) => number | Observable<number>;

/** Words nobody ends a sentence with, whatever mark the engine set after them. */
const open = new Set(
  (
    'and but or nor because although though unless until whereas if whether while than ' +
    'um uh er erm uhm hmm ah eh ' +
    "a an the my your his its our their every very i i'm i'd i'll i've we'd we'll we've you'd it's that's there's let's " +
    'gonna wanna'
  ).split(' '),
);

/** Words that sometimes end one: only if the engine heard an end there, and set a mark. */
const perhapsOpen = new Set(
  (
    'so then when where which who what how to of for with from at by about in on into onto as like well ' +
    'is are was were am be been have has had do does did can could will would should shall may might must ' +
    'we they he she some any another this these those'
  ).split(' '),
);

/**
 * A small heuristic for English: low after a conjunction, a filler, an article or another word that wants to be
 * followed, high after a full stop or question mark. Of other languages it thinks by the marks alone.
 *
 * @example
 * completeness({ text: 'I would like a pizza and' }) // 0.1
 */
export function completeness({ text }: Pick<TurnSoFar, 'text'>): number {
  const said = text.trim().toLowerCase();
  if (said === '') return 1;
  if (/[?？]$/u.test(said)) return 0.95;
  if (/(?:[,;:–—-]|\.\.|…)$/u.test(said)) return 0.2;
  const marked = /[.!。！]$/u.test(said);
  const last = /([\p{L}\p{N}'’-]+)[^\p{L}\p{N}]*$/u.exec(said)?.[1]?.replace('’', "'") ?? '';
  // "Plan A." and "Vitamin A." end in an article as little as they end in a vowel.
  if (open.has(last) && !(marked && last === 'a')) return 0.1;
  if (perhapsOpen.has(last)) return marked ? 0.8 : 0.3;
  return marked ? 0.95 : 0.8;
}
