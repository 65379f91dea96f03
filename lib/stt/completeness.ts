import type { Observable } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Language } from '../languages/language.ts';
import { languageOf } from '../languages/languages.ts';
import { endsWithPhrase } from '../languages/endsWithPhrase.ts';

/** Inputs for the decision that a turn has ended. */
export interface TurnSoFar {
  /** All words of the turn. */
  readonly text: string;
  /** The user's own pauses within turns, ms: the latest 20, in order. */
  readonly pausesMs: readonly number[];
  /** The last seconds of the input's audio, for a model that listens; empty if they are not recorded. */
  readonly audio: () => AudioFrame;
}

/**
 * The probability that a user who fell silent has finished, 0 … 1: a number, or an observable of one. A model that
 * fails counts as 1; a slow one is waited for no longer than 0 would delay the end.
 */
export type Completeness = (turn: TurnSoFar) => number | Observable<number>;

/** The number of characters at the end of a text that decide. */
const tailLength = 64;

/**
 * A small heuristic. Low after a conjunction, a filler, an article or another word that needs a continuation; high
 * after a full stop or question mark. It knows the words of `languages`; for other languages (`und`) it uses
 * punctuation alone. It reads the last 64 characters.
 *
 * @throws RxvoiceError for a tag of no known language.
 *
 * @example
 * completeness({ text: 'I would like a pizza and' }) // 0.1
 * completeness({ text: 'Ich hätte gern eine Pizza und' }, 'de') // 0.1
 */
export function completeness({ text }: Pick<TurnSoFar, 'text'>, language: string | Language = 'en'): number {
  const { open, perhapsOpen, complete = [] } = languageOf(language);
  const said = tailOf(text);
  if (said === '') return 1;
  if (/[?？؟՞\u037e]$/u.test(said) || /\p{Script=Greek}.*;$/su.test(said)) return 0.95;
  if (/(?:[,;:、，；：،؛–—-]|\.\.|…)$/u.test(said)) return 0.2;
  const marked = /[.!。！．｡।॥۔။።]$/u.test(said);
  // The final letter of "Plan A." or "Vitamin A." is a name, not an article.
  if (endsWithPhrase(said, open) && !(marked && /(?:^|\s)a[.!]$/iu.test(said))) return 0.1;
  if (endsWithPhrase(said, complete)) return marked ? 0.95 : 0.8;
  if (endsWithPhrase(said, perhapsOpen)) return marked ? 0.8 : 0.3;
  return marked ? 0.95 : 0.8;
}

/** The last characters, without closing quotes and spaces; never from the middle of a word. */
function tailOf(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s\p{Pe}\p{Pf}"'\p{Cf}]/u.test(text[end - 1]!)) end -= 1;
  if (end <= tailLength) return text.slice(0, end).trimStart();
  const tail = text.slice(end - tailLength, end);
  // In a script without spaces a word may begin anywhere.
  const space = tail.search(/\s/u);
  return space === -1 ? tail : tail.slice(space).trimStart();
}
