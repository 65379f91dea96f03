import type { Message } from '../../llm/message.ts';

/** Input of the responder: the history and the time. */
export interface Turn {
  /** The user's last words, as transcribed. */
  readonly said: string;
  /** The same in lower case, without punctuation, contractions and hesitation: `what is your name`. */
  readonly words: string;
  /** How many times the user has spoken, this time included. */
  readonly number: number;
  /** The history before that. */
  readonly before: readonly Message[];
  readonly now: Date;
  /** The whole reply to the first `length` messages of the history; `undefined` for messages too long ago. */
  readonly replyTo: (length: number) => string | undefined;
}

/** The most characters of a message that the responder reads: a minute of speech. */
const longest = 1000;

/** The beginning of a message's text, short enough for patterns that are tried at every word. */
export const wordsOf = (message: Message | undefined): string => message?.content.slice(0, longest) ?? '';

/** The turn that the last message of the user opens; without one the user has said nothing. */
export function turnOf(messages: readonly Message[], now: Date, replyTo: Turn['replyTo']): Turn {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const said = wordsOf(messages[last]);
  return {
    said,
    words: plainWords(said),
    number: messages.filter(({ role }) => role === 'user').length,
    before: messages.slice(0, Math.max(last, 0)),
    now,
    replyTo,
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
