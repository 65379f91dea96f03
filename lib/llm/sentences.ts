import {
  bufferWhen,
  concatMap,
  debounceTime,
  defer,
  endWith,
  filter,
  map,
  merge,
  type OperatorFunction,
} from 'rxjs';
import type { LlmEvent } from './message.ts';
import { sentenceScanner, type Piece, type SentenceScanner } from './sentenceScanner.ts';
import { connected } from '../rx/connected.ts';
import { ofType } from '../rx/ofType.ts';

/** How {@link sentences} cuts. An ideograph or kana, which says as much as three letters, counts as three characters. */
export interface SentencesOptions {
  /**
   * The first chunk of a reply may also end at a clause (`,` `;` `:` `—` and a space) once it has this many
   * characters; `false` waits for the end of the sentence.
   *
   * @defaultValue 25, about five words: a second and a half of speech, in which the rest arrives
   */
  readonly firstMinChars?: number | false;
  /**
   * No chunk has more characters: from two thirds of it on the next clause ends one, at the latest the last word
   * that fits.
   *
   * @defaultValue 300, about twenty seconds of speech
   */
  readonly maxChars?: number;
  /**
   * The first sentence of a reply ends with its mark, without waiting for the token after it, where the mark follows a
   * plain word: the reply starts a token sooner. An "example." whose "com" is still to come is cut in two, then.
   *
   * @defaultValue true
   */
  readonly firstAtMark?: boolean;
  /**
   * When the model stalls for this many milliseconds, the whole words so far are emitted; `false` waits without a
   * limit. Text that may go on is held back: a word without a space after it, a number ("3." may become "3.5"), an
   * initial, a title or an abbreviation without the word it belongs to.
   *
   * @defaultValue 800
   */
  readonly maxWaitMs?: number | false;
}

const defaults = {
  firstMinChars: 25,
  maxChars: 300,
  maxWaitMs: 800,
  firstAtMark: true,
} as const satisfies SentencesOptions;

type Signal =
  { readonly type: 'token'; readonly text: string } | { readonly type: 'stall' } | { readonly type: 'end' };

/**
 * Cuts a model's answer into sentences, each as soon as it is sure to be one, so that speech can start with the first.
 *
 * The chunks joined are the text, space for space, and they are the same however the model cuts its tokens, except for
 * the effects of `firstAtMark` and `maxWaitMs`. Most sentences are emitted with the space after their full stop, the
 * first with the full stop itself; {@link endsSentence} has the table of the exceptions. The first space goes with the
 * sentence before it. Line ends end a chunk. Scripts without marks (Thai, Lao, Khmer, Burmese) are cut at the spaces
 * between their phrases; text without marks and spaces is cut between two words. Every chunk has a letter or digit in
 * it, except perhaps the last, and chunks of more than `maxChars` spaces. Events other than tokens are ignored.
 *
 * On an error of the source it passes the error on at once and drops the sentence that was being written: to keep those
 * words, turn the error into a value before.
 *
 * @example
 * llm(messages).pipe(sentences(), concatMap(tts)).subscribe(play);
 */
export function sentences(options: SentencesOptions = {}): OperatorFunction<LlmEvent | string, string> {
  const { maxWaitMs, ...limits } = { ...defaults, ...options };
  return source$ =>
    defer(() => {
      const scanner = sentenceScanner(limits);
      return source$.pipe(
        tokens(),
        withStalls(maxWaitMs),
        concatMap(signal => scan(scanner, signal)),
        joined(),
      );
    });
}

const tokens = (): OperatorFunction<LlmEvent | string, Signal> => event$ =>
  event$.pipe(
    map(event => (typeof event === 'string' ? { type: 'token' as const, text: event } : event)),
    ofType('token'),
  );

/** Adds a `stall` whenever nothing has come for `maxWaitMs`, and an `end`. */
const withStalls =
  (maxWaitMs: number | false): OperatorFunction<Signal, Signal> =>
  token$ =>
    token$.pipe(
      endWith<Signal>({ type: 'end' }),
      connected(signal$ =>
        maxWaitMs === false
          ? signal$
          : merge(
              signal$,
              signal$.pipe(
                debounceTime(maxWaitMs),
                filter(({ type }) => type !== 'end'),
                map((): Signal => ({ type: 'stall' })),
              ),
            ),
      ),
    );

function scan(scanner: SentenceScanner, signal: Signal): readonly Piece[] {
  switch (signal.type) {
    case 'token':
      return scanner.push(signal.text);
    case 'stall':
      return scanner.stall();
    case 'end':
      return scanner.end();
  }
}

/**
 * Joins the texts between two boundaries. A boundary is a piece of its own after the text it ends: were it the last
 * text itself, `bufferWhen` would put the first of them into the next buffer.
 */
const joined = (): OperatorFunction<Piece, string> => piece$ =>
  piece$.pipe(
    connected(piece$ =>
      piece$.pipe(
        ofType('text'),
        bufferWhen(() => piece$.pipe(ofType('boundary'))),
        map(pieces => pieces.map(({ text }) => text).join('')),
        filter(chunk => chunk !== ''),
      ),
    ),
  );
