import type { Language } from './language.ts';

/**
 * A language without a list: sounds that many languages share. The end of a sentence shows by its punctuation alone.
 */
export const und: Language = {
  tag: 'und',
  backchannels: ['mm', 'mhm', 'mm hmm', 'hm', 'hmm', 'ah', 'aha', 'oh', 'ok', 'okay'],
  interruptions: ['stop'],
  open: ['hmm', 'eh', 'uh', 'um'],
  perhapsOpen: [],
};
