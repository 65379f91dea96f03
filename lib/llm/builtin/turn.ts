import type { Message } from '../message.ts';

/** What the responder knows when it answers: nothing but the history, and the time. */
export interface Turn {
  /** What the user said last, as it was written down. */
  readonly said: string;
  /** The same in lower case, without punctuation, contractions and hesitation: `what is your name`. */
  readonly words: string;
  /** How many times the user has spoken, this time included. */
  readonly number: number;
  /** The history before that. */
  readonly before: readonly Message[];
  readonly now: Date;
  /** What the whole reply to an earlier state of the history was, found by answering it again. */
  readonly answer: (messages: readonly Message[]) => string;
}

/** The turn that the last message of the user opens; without one the user has said nothing. */
export function turnOf(messages: readonly Message[], now: Date, answer: Turn['answer']): Turn {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const said = messages[last]?.content ?? '';
  return {
    said,
    words: plainWords(said),
    number: messages.filter(({ role }) => role === 'user').length,
    before: messages.slice(0, Math.max(last, 0)),
    now,
    answer,
  };
}

/** Speech recognisers differ in punctuation, case and apostrophes: all of it is taken out. */
function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[’‘`]/g, "'")
    .replace(/\b(what|who|where|how|when)'?s\b/g, '$1 is')
    .replace(/\b(it|that|he|she|there|here)'s\b/g, '$1 is')
    .replace(/\blet'?s\b/g, 'let us')
    .replace(/\bi'?m\b/g, 'i am')
    .replace(/\b(you|we|they)'?re\b/g, '$1 are')
    .replace(/'ve\b/g, ' have')
    .replace(/'ll\b/g, ' will')
    .replace(/\bcan'?t\b|\bcannot\b/g, 'can not')
    .replace(/\bwon'?t\b/g, 'will not')
    .replace(/n't\b/g, ' not')
    .replace(/\bdont\b/g, 'do not')
    .replace(/'/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/\b(u+m+|u+h+|e+r+m*)\b/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^((okay|ok|so|well|now|please|oh|alright|right) )+(?!now|done)/, '')
    .replace(/^(hello|hi|hey)( there| again)? (?=\S+ \S+ \S)/, '');
}
