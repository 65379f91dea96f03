import { openQuotation } from './openQuotation.ts';
import { closers, endMarks, endsSentence, sentenceEnd } from './sentenceBoundary.ts';
import { lastBreak, lastWord, lengthOf, unspaced, unspacedEnd } from './unspaced.ts';

/** Text, or the end of a chunk between two texts. */
export type Piece = { readonly type: 'text'; readonly text: string } | { readonly type: 'boundary' };

/** The lengths, in characters, that a scanner cuts at. An ideograph or kana says as much as three, and counts so. */
export interface ScannerLimits {
  /** From here on the first chunk may end at a clause; `false` for never. */
  readonly firstMinChars: number | false;
  /** No chunk is longer. */
  readonly maxChars: number;
  /** Whether the first chunk may end with a mark that ends the text so far, before the next character is known. */
  readonly firstAtMark: boolean;
}

/** Finds the ends of sentences in a text that comes in pieces of any length. */
export interface SentenceScanner {
  /** Takes more text, and returns the settled pieces. A word is settled once the text after it is known. */
  push(text: string): Piece[];
  /** Nothing has come for a while: ends the chunk after the last word that is surely whole. */
  stall(): Piece[];
  /** The text is over: gives the rest. */
  end(): Piece[];
}

const boundary: Piece = { type: 'boundary' };
const breakingSpace = /[^\S\u00a0\u202f\ufeff]/u;
const lineEnd = /[\n\u2028\u2029]/u;
const sayable = /[\p{L}\p{N}]/u;
const clauseEnd = new RegExp(`[,;:،؛—–՝፣][${closers}]*$`, 'u');
const fullWidthClauseEnd = /[，、；：၊]$/u;
/** Marks of scripts that need no space after them, or are often written without. */
const endsWithoutSpace = new RegExp(`(?![!-~…])[${endMarks}][${endMarks}${closers}]*$`, 'u');
const halfWidthEnd = new RegExp(`[!?][${closers}]*$`, 'u');
/**
 * Characters that can't start a sentence without a space: more marks, closing characters, and the Japanese "と" after
 * a quotation.
 */
const stays = new RegExp(`(?!\\p{Pi})[${endMarks}${closers}，、；：၊,;:と]`, 'u');
/** A number or an initial may go on after a full stop. */
const unfinished = /(?:\p{Nd}|(?<![\p{L}.])[\p{Lu}\p{Ll}])\.$/u;

/** A plain word, after which a full stop hardly ever goes on ("example.com" does), or a mark that never does. */
const surelyEnds = new RegExp(
  `(?:\\p{L}{3}\\.|[\\p{Lo}\\p{M}]{2}\\.|[\\p{L}\\p{M}][!?]|(?![!-~…])[${endMarks}]|\\p{Script=Greek}[;\\u037e])[${closers}]*$`,
  'u',
);
/** An answer of two letters: "OK.", "Hi.", "Ja." */
const shortAnswer = /^(?:\p{L}{2}|\p{Lo}\p{M}*)\.$/u;

/** Makes a scanner; each text needs its own. */
export function sentenceScanner({ firstMinChars, maxChars, firstAtMark }: ScannerLimits): SentenceScanner {
  let pieces: Piece[] = [];
  let word = ''; // the word that is being written
  let gap = ''; // the space after it, while it isn't known whether it ends a sentence
  let spaced = false; // whether that ends with a plain space
  let ahead = ''; // the text after that space
  let surrogate = ''; // half a character
  let previous = ''; // the word before, in the same chunk
  let length = 0; // of the chunk so far, without `word`
  let wordLength = 0;
  let unbroken = 0; // of the run without spaces and marks, in a script without spaces
  let speaks = false; // whether the chunk has anything to say
  let first = true;
  const quotation = openQuotation();

  const settle = (): void => {
    if (word + gap === '') return;
    pieces.push({ type: 'text', text: word + gap });
    speaks ||= sayable.test(word);
    length += wordLength + gap.length;
    if (word !== '') previous = word.slice(word.search(/\S+$/u));
    word = gap = '';
    wordLength = 0;
  };

  const endChunk = ({ full = false } = {}): void => {
    // A chunk of spaces cannot be spoken: they join the next one, unless they fill a chunk of their own.
    if (!speaks && !full) return;
    pieces.push(boundary);
    if (speaks) first = false;
    speaks = false;
    previous = '';
    length = unbroken = 0;
    quotation.reset();
  };

  const mayEndAtClause = (): boolean =>
    (first && firstMinChars !== false && length + wordLength >= firstMinChars) ||
    length + wordLength > (maxChars * 2) / 3;

  /** Thai, Lao and others write a space where a phrase ends, and no mark where a sentence does. */
  const mayEndAtPhrase = (): boolean => mayEndAtClause() || length + wordLength >= maxChars / 6;

  /** The word is followed by a space: decides, or waits for more. */
  const judge = (): void => {
    if (gap.endsWith('\r') && ahead === '') return; // half a line end
    let ends = lineEnd.test(gap) || endsSentence(word, { previous, ahead, quoting: quotation.french });
    if (ends === false && unspacedEnd.test(word) && mayEndAtPhrase()) {
      if (ahead === '') return;
      ends = unspaced.test(ahead);
    }
    if (ends === undefined) return;
    if (!ends && sentenceEnd.test(word)) {
      word += gap; // "Dr. " goes on as one word with the name, so that no cut falls between
      wordLength += gap.length;
      gap = '';
    } else {
      const ended = ends || (clauseEnd.test(word) && mayEndAtClause());
      settle();
      if (ended || length >= maxChars) endChunk({ full: length >= maxChars });
    }
    unbroken = 0;
    addAhead();
  };

  /** The word is followed by another character: in scripts without spaces that may be the next sentence. */
  const judgeWithoutSpace = (char: string): void => {
    if (word === '' || stays.test(char)) return;
    // Most words end with a letter: the rest is not worth a look at the whole word.
    const marked = !/[\p{L}\p{M}\p{N}]/u.test(word.at(-1)!);
    const ends =
      (marked && endsWithoutSpace.test(word)) || (marked && unspaced.test(char) && halfWidthEnd.test(word));
    if (ends || (marked && fullWidthClauseEnd.test(word) && mayEndAtClause())) {
      settle();
      endChunk();
    } else if (unspaced.test(char) && unbroken >= longestUnbroken()) {
      endWithinWord();
    }
  };

  /** How much text without any mark or space is waited for: two lines of Japanese, ten seconds of Thai. */
  const longestUnbroken = (): number => (maxChars * 2) / (first && firstMinChars !== false ? 5 : 3);

  const endWithinWord = (): void => {
    const rest = word.slice(lastBreak(word));
    word = word.slice(0, word.length - rest.length);
    wordLength = lengthOf(word);
    settle();
    endChunk({ full: true });
    word = rest;
    wordLength = lengthOf(rest);
    unbroken = Math.min(wordLength, unbroken);
  };

  const keepShort = (charLength: number): void => {
    if (length + wordLength + charLength <= maxChars) return;
    if (!speaks || unspaced.test(word)) endWithinWord();
    else endChunk();
  };

  const addSpace = (char: string): void => {
    if (length + wordLength + gap.length >= maxChars) {
      settle();
      endChunk({ full: true });
    }
    gap += char;
    if (gap.length > 1 && char === ' ' && spaced) return; // one more of them decides nothing, and there may be thousands
    spaced = char === ' ';
    judge();
  };

  const add = (char: string): void => {
    if (ahead === '' && breakingSpace.test(char)) {
      addSpace(char);
    } else if (gap !== '') {
      ahead += char;
      judge();
    } else {
      judgeWithoutSpace(char);
      const charLength = lengthOf(char);
      keepShort(charLength);
      quotation.add(char, word);
      word += char;
      wordLength += charLength;
      unbroken = unspaced.test(char) || /\p{M}/u.test(char) ? unbroken + charLength : 0;
    }
  };

  /** The text so far probably ends with the first sentence: emitting it now saves the time of a token. */
  const endFirstAtMark = (): void => {
    if (!first || gap !== '' || quotation.open) return; // a closing mark is still to come
    if (!surelyEnds.test(word) && !(length === 0 && shortAnswer.test(word))) return;
    if (endsSentence(word, { previous, ahead: '' }) !== true) return;
    settle();
    endChunk();
  };

  const addAhead = (): void => {
    const rest = ahead;
    ahead = '';
    for (const char of rest) add(char);
  };

  const settleWholeWords = (): void => {
    const tied = /\s$/u.test(word); // "Dr. " waits for the name
    const whole = !tied && !unfinished.test(word) && endsSentence(word, { previous, ahead: '' }) !== false;
    if (gap !== '' || whole) {
      settle();
      return;
    }
    if (tied || !unspaced.test(word)) return;
    const rest = word.slice(lastWord(word));
    word = word.slice(0, word.length - rest.length);
    wordLength = lengthOf(word);
    settle();
    word = rest;
    wordLength = lengthOf(rest);
  };

  const take = (): Piece[] => {
    const taken = pieces;
    pieces = [];
    return taken;
  };

  return {
    push(text) {
      const whole = surrogate + text;
      surrogate = /[\ud800-\udbff]$/.exec(whole)?.[0] ?? '';
      for (const char of whole.slice(0, whole.length - surrogate.length)) add(char);
      if (firstAtMark) endFirstAtMark();
      return take();
    },
    stall() {
      settleWholeWords();
      endChunk();
      addAhead();
      return take();
    },
    end() {
      word += gap + ahead + surrogate;
      gap = ahead = surrogate = '';
      settle();
      return take();
    },
  };
}
