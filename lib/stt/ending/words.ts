import type { SttEvent } from '../stt.ts';

/** An event with words. */
export type Words = Extract<SttEvent, { readonly type: 'interim' | 'final' }>;

/** The precision of the end of a word, ms. */
export const fuzzMs = 300;
