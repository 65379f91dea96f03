import { debounceTime, merge, connect, defer, endWith, filter, map, type OperatorFunction } from 'rxjs';
import type { LlmEvent } from './message.ts';
import { sentenceScanner, type Piece, type SentenceScanner } from './sentenceScanner.ts';
import { each } from '../rx/each.ts';

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
  readonly eager?: boolean;
  /**
   * When the model stalls for this many milliseconds, the whole words so far are said; `false` waits for ever. Held
   * back is what may go on: a word without a space after it, a number ("3." may become "3.5"), an initial, a title
   * or an abbreviation without what it belongs to.
   *
   * @defaultValue 800
   */
  readonly maxWaitMs?: number | false;
}

const defaults = {
  firstMinChars: 25,
  maxChars: 300,
  maxWaitMs: 800,
  eager: true,
} as const satisfies SentencesOptions;

interface Token {
  readonly type: 'token';
  readonly text: string;
}

type Signal = Token | { readonly type: 'stall' } | { readonly type: 'end' };

/**
 * Cuts a model's answer into sentences, each as soon as it is sure to be one, so that speech can start with the first.
 *
 * The chunks joined are the text, space for space, and they are the same however the model cuts its tokens, but for
 * what `eager` lets go and `maxWaitMs` flushes. Most sentences are out with the space after their full stop, the first
 * with the full stop itself; {@link endsSentence} has the table of what needs more. The first space goes with the sentence before it. Line ends end a chunk. Every
 * chunk has a letter or digit in it, except perhaps the last. Events other than tokens are ignored.
 *
 * On an error of the source it passes the error on at once and drops the sentence that was being written: who wants
 * those words turns the error into a value before.
 *
 * @example
 * llm(messages).pipe(sentences(), concatMap(tts)).subscribe(play);
 */
export function sentences(options: SentencesOptions = {}): OperatorFunction<LlmEvent | string, string> {
  const { maxWaitMs, ...limits } = { ...defaults, ...options };
  return source$ =>
    defer(() => {
      const scanner = sentenceScanner(limits);
      let chunk = '';
      const chunks = (signal: Signal): string[] =>
        scan(scanner, signal).flatMap(piece => {
          if (piece.type === 'text') chunk += piece.text;
          if (piece.type === 'text' || chunk === '') return [];
          const ended = chunk;
          chunk = '';
          return [ended];
        });
      return source$.pipe(
        each((event): Token[] =>
          typeof event === 'string'
            ? [{ type: 'token', text: event }]
            : event.type === 'token'
              ? [event]
              : [],
        ),
        withStalls(maxWaitMs),
        each(chunks),
      );
    });
}

/** Adds a `stall` whenever nothing has come for `maxWaitMs`, and an `end`. */
function withStalls(maxWaitMs: number | false): OperatorFunction<Token, Signal> {
  return token$ => {
    const signal$ = token$.pipe(endWith<Signal>({ type: 'end' }));
    if (maxWaitMs === false) return signal$;
    return signal$.pipe(
      connect(signal$ =>
        merge(
          signal$,
          signal$.pipe(
            debounceTime(maxWaitMs),
            filter(({ type }) => type !== 'end'),
            map((): Signal => ({ type: 'stall' })),
          ),
        ),
      ),
    );
  };
}

function scan(scanner: SentenceScanner, signal: Signal): Piece[] {
  switch (signal.type) {
    case 'token':
      return scanner.push(signal.text);
    case 'stall':
      return scanner.stall();
    case 'end':
      return [...scanner.end(), { type: 'boundary' }];
  }
}
