import type { SttEvent } from '../stt.ts';

/** An event with words. */
export type Words = Extract<SttEvent, { readonly type: 'interim' | 'final' }>;

/** Words that will not change. */
export type FinalWords = Words & { readonly type: 'final' };

/** The precision of the end of a word, ms. */
export const fuzzMs = 300;

/** Whether a number is a position in the audio: engines without positions emit 0 or something that is not finite. */
export const isPosition = (ms: number): boolean => Number.isFinite(ms) && ms > 0;

/**
 * Whether a final without words retracts an interim: its audio must reach the words, which end at `openTo` at the
 * earliest. A final without a position is about all audio so far.
 */
export const retracts = (end: number, openTo: number): boolean => !isPosition(end) || end >= openTo;
