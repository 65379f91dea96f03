import type { Observable } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Language } from '../languages/language.ts';
import { languageOf } from '../languages/languages.ts';
import { endsWithPhrase } from '../languages/phrases.ts';

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

/** So much of the end of a text says whether it is one. */
const tailLength = 64;

/**
 * A small heuristic: low after a conjunction, a filler, an article or another word that wants to be followed, high after
 * a full stop or question mark, in any language that rxvoice knows the words of (`languages`). Of others (`und`) it thinks
 * by the marks alone. It looks at the last 64 characters.
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
  // "Plan A." and "Vitamin A." end in an article as little as they end in a vowel.
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
