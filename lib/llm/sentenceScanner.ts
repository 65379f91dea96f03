import { closers, endMarks, endsSentence, sentenceEnd } from './sentenceBoundary.ts';

/** Text, or the end of a chunk between two texts. */
export type Piece = { readonly type: 'text'; readonly text: string } | { readonly type: 'boundary' };

/** The lengths, in characters, that a scanner cuts at. An ideograph or kana says as much as three, and counts so. */
export interface ScannerLimits {
  /** From here on the first chunk may end at a clause; `false` for never. */
  readonly firstMinChars: number | false;
  /** No chunk is longer. */
  readonly maxChars: number;
  /** Whether the first chunk may end with a mark that ends the text so far, before it is known what follows. */
  readonly eager: boolean;
}

/** Finds the ends of sentences in a text that comes in pieces of any length. */
export interface SentenceScanner {
  /** More text: gives what is settled. A word is settled once it is known what follows it. */
  push(text: string): Piece[];
  /** Nothing has come for a while: ends the chunk after the last word that is surely whole. */
  stall(): Piece[];
  /** The text is over: gives the rest. */
  end(): Piece[];
}

const boundary: Piece = { type: 'boundary' };
const ideographic = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
/** Scripts that write no spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const breakingSpace = /[^\S\u00a0\u202f\ufeff]/u;
const lineEnd = /[\n\u2028\u2029]/u;
const sayable = /[\p{L}\p{N}]/u;
const clauseEnd = new RegExp(`[,;:،؛—–][${closers}]*$`, 'u');
const fullWidthClauseEnd = /[，、；：]$/u;
const fullWidthEnd = new RegExp(`[。｡！？﹖﹗][${endMarks}${closers}]*$`, 'u');
const halfWidthEnd = new RegExp(`[!?][${closers}]*$`, 'u');
/** What can't start a sentence where no space came: more marks, what closes, and the Japanese "と" after a quotation. */
const stays = new RegExp(`(?!\\p{Pi})[${endMarks}${closers}，、；：,;:と]`, 'u');
/** A number or an initial may go on after a full stop. */
const unfinished = /(?:\p{Nd}|(?<![\p{L}.])\p{L})\.$/u;

/** A plain word, after which a full stop hardly ever goes on ("example.com" does), or a mark that never does. */
const surelyEnds = new RegExp(`(?:\\p{Ll}{3}\\.|\\p{L}[!?])[${closers}]*$`, 'u');

/** Makes a scanner; each text needs its own. */
export function sentenceScanner({ firstMinChars, maxChars, eager }: ScannerLimits): SentenceScanner {
  let pieces: Piece[] = [];
  let word = ''; // the word that is being written
  let gap = ''; // the space after it, while it isn't known whether it ends a sentence
  let spaced = false; // whether that ends with a plain space
  let ahead = ''; // what came after that space
  let surrogate = ''; // half a character
  let previous = ''; // the word before, in the same chunk
  let length = 0; // of the chunk so far, without `word`
  let wordLength = 0;
  let speaks = false; // whether the chunk has anything to say
  let first = true;
  let quoting = false;

  const settle = (): void => {
    if (word + gap === '') return;
    pieces.push({ type: 'text', text: word + gap });
    speaks ||= sayable.test(word);
    length += wordLength + gap.length;
    if (word !== '') previous = word.slice(word.search(/\S+$/u));
    word = gap = '';
    wordLength = 0;
  };

  const endChunk = (): void => {
    if (!speaks) return; // nobody can say a chunk of spaces: they go with the next one
    pieces.push(boundary);
    speaks = first = false;
    previous = '';
    length = 0;
  };

  const mayEndAtClause = (): boolean =>
    (first && firstMinChars !== false && length + wordLength >= firstMinChars) ||
    length + wordLength > (maxChars * 2) / 3;

  /** The word is followed by a space: decides, or waits for more. */
  const judge = (): void => {
    if (gap.endsWith('\r') && ahead === '') return; // half a line end
    const ends = lineEnd.test(gap) || endsSentence(word, { previous, ahead, quoting });
    if (ends === undefined) return;
    if (!ends && sentenceEnd.test(word)) {
      word += gap; // "Dr. " goes on as one word with the name, so that no cut falls between
      wordLength += gap.length;
      gap = '';
    } else {
      const ended = ends || (clauseEnd.test(word) && mayEndAtClause());
      settle();
      if (ended) endChunk();
    }
    addAhead();
  };

  /** The word is followed by another character: in scripts without spaces that may be the next sentence. */
  const judgeWithoutSpace = (char: string): void => {
    if (word === '' || stays.test(char)) return;
    const ends = fullWidthEnd.test(word) || (ideographic.test(char) && halfWidthEnd.test(word));
    if (ends || (fullWidthClauseEnd.test(word) && mayEndAtClause())) {
      settle();
      endChunk();
    }
  };

  const keepShort = (charLength: number): void => {
    if (length + wordLength + charLength <= maxChars) return;
    if (!speaks) settle();
    endChunk();
  };

  const add = (char: string): void => {
    if (gap !== '') {
      if (ahead === '' && breakingSpace.test(char)) {
        gap += char;
        if (char === ' ' && spaced) return; // one more of them decides nothing, and there may be thousands
        spaced = char === ' ';
      } else ahead += char;
      judge();
    } else if (breakingSpace.test(char)) {
      gap = char;
      spaced = char === ' ';
      judge();
    } else {
      judgeWithoutSpace(char);
      const charLength = ideographic.test(char) ? 3 : char.length;
      keepShort(charLength);
      word += char;
      wordLength += charLength;
      if (char === '«') quoting = true;
      else if (char === '»') quoting = false;
    }
  };

  /** The text so far ends with the first sentence, as far as one can tell: a token's time is won. */
  const endEagerly = (): void => {
    if (!first || gap !== '' || !surelyEnds.test(word)) return;
    if (endsSentence(word, { previous, ahead: '', quoting }) !== true) return;
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
    const lastWord = [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(word)].at(-1)!;
    const rest = word.slice(lastWord.index);
    word = word.slice(0, lastWord.index);
    settle();
    word = rest;
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
      if (eager) endEagerly();
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
