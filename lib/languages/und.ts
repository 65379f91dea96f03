import type { Language } from './language.ts';

/** A language nothing is known of: the sounds that many share; ends of sentences are told by their marks alone. */
export const und: Language = {
  tag: 'und',
  backchannels: ['mm', 'mhm', 'mm hmm', 'hm', 'hmm', 'ah', 'aha', 'oh', 'ok', 'okay'],
  interruptions: ['stop'],
  open: ['hmm', 'eh', 'uh', 'um'],
  perhapsOpen: [],
};
