import {
  afterTime,
  beforeOrdinal,
  leading,
  months,
  naming,
  starters,
  titles,
  trailing,
} from './abbreviations.ts';

/** Marks that end a sentence, in any script; `…` is here because it may. Source: Unicode's Sentence_Terminal. */
export const endMarks: string = String.raw`\p{Sentence_Terminal}…`;

/**
 * Closing characters after an end mark that stay with its sentence: quotes, brackets, emphasis, French no-break
 * spaces.
 */
export const closers: string = String.raw`\p{Pe}\p{Pf}\p{Pi}"'*_~\u0060\u00a0\u202f\ufe0f`;

/** Greek asks with a semicolon, which is written as Unicode's own Greek question mark or as the plain one. */
export const greekQuestion: string = String.raw`(?<=\p{Script=Greek}["»”)]{0,3})[;\u037e]`;

/** A word, or words tied together, with an end mark last. */
export const sentenceEnd: RegExp = new RegExp(
  `^(?<body>.*?)(?<marks>[${endMarks}]+|${greekQuestion})[${closers}\\s]*$`,
  'su',
);
/** Opening quotes and brackets before a word, and whatever a dash or a space ties to it. */
const beforeWord = /^.*[\p{Ps}\p{Pi}\p{Pf}"*_¿¡—–\s]/su;
const dotted = /^(?:\p{L}{1,2}\.)+-?\p{L}{1,2}$/u;
const halfOfDay = /^[ap]\.m$/iu;

/** The context of the end of a word. */
export interface WordPlace {
  /** The word before it in the same chunk, '' at the start of the chunk. */
  readonly previous: string;
  /** The text after the space that follows it, as far as it is known. */
  readonly ahead: string;
  /** Whether a French quotation («) is open. */
  readonly quoting?: boolean;
}

/** More quotes and spaces than this after a word are no reason to wait for the letter behind them. */
const longestAhead = 40;

/**
 * Whether a sentence ends with this word, after which a space has come: `undefined` if that needs more text.
 *
 * It follows the rules of Unicode (UAX #29, SB6 to SB11) and corrects their errors: abbreviations, initials, ordinals,
 * list numbers. Characters needed beyond the space:
 *
 * | the word ends with | characters |
 * | --- | --- |
 * | `!`, `?`, `।`, `؟` …; a word or a number of three digits or more and a full stop; a title; "e.g."; a list number | 0 |
 * | an ellipsis; a closing quote or bracket; "etc.", "No.", "min."; a number of one or two digits; an open « | 1 (the next letter) |
 * | a number of one or two digits before a possible German month | up to 3 |
 * | an initial, "U.S.", "a.m.", "Inc.", "Mio." before a capital | to where the next word can't start a sentence, at most that word and 1 |
 */
export function endsSentence(
  word: string,
  { previous, ahead, quoting = false }: WordPlace,
): boolean | undefined {
  const { body = '', marks = '' } = sentenceEnd.exec(word)?.groups ?? {};
  if (marks === '') return false;
  const next = nextLetter(ahead);
  if (next.char === '' && ahead.length > longestAhead) return true;
  if (quoting && ahead === '') return undefined;
  if (quoting && ahead.startsWith('»')) return false;
  const ellipsis = /^\.{2,}$|…/u.test(marks) || (marks === '.' && body === '');
  if (ellipsis || !word.endsWith(marks)) return unlessLowerCase(next);
  if (marks !== '.') return true;

  const stem = body.replace(beforeWord, '');
  if (/^\p{Nd}{1,2}$/u.test(stem)) return endsWithNumber(wordBefore(body, previous), next);
  // "OS." and "D.C." in capitals are names, not the abbreviations "os." and "d.c.".
  const lower = /^\p{Lu}\.?\p{Lu}[\p{Lu}.]*$/u.test(stem) ? stem : stem.toLowerCase();
  if (titles.has(stem) || leading.has(lower)) return false;
  if (/^\p{Ll}$/u.test(stem) && previous === '') return false; // "a. First"
  if (halfOfDay.test(stem)) return unlessTimeGoesOn(next);
  if (trailing.has(lower)) return unlessLowerCaseOrNumber(next);
  if (/^[\p{Lu}\p{Ll}]\p{M}*$/u.test(stem) || dotted.test(stem) || naming.has(lower) || /.str$/u.test(stem))
    return unlessName(stem, next);
  // Polish "ok. 5 minut" is "about five minutes"; "Ok." at the start is an answer.
  if (stem === 'ok' && previous !== '') return unlessLowerCaseOrNumber(next);
  return true;
}

/** The word before the last one, which abbreviations have tied to it or which was settled before. */
const wordBefore = (body: string, previous: string): string =>
  body.trimEnd().split(/\s+/u).at(-2) ?? previous;

interface Next {
  /** The first character that says something, '' if there is none yet. */
  readonly char: string;
  /** The text from it on. */
  readonly rest: string;
}

function nextLetter(ahead: string): Next {
  const rest = ahead.replace(/^[\s"'“‘„«]+/u, '');
  return { char: String.fromCodePoint(...(rest === '' ? [] : [rest.codePointAt(0)!])), rest };
}

const goesOn = /^[\p{Ll}.,;:\p{Pe}]/u;

function unlessLowerCase({ char }: Next): boolean | undefined {
  return char === '' ? undefined : !goesOn.test(char);
}

function unlessLowerCaseOrNumber({ char }: Next): boolean | undefined {
  return char === '' ? undefined : !goesOn.test(char) && !/[\p{Nd}([]/u.test(char);
}

function endsWithNumber(previous: string, next: Next): boolean | undefined {
  if (previous === '' || /[:,]$/u.test(previous) || beforeOrdinal.has(previous)) return false;
  const ends = unlessLowerCaseOrNumber(next);
  if (!ends) return ends;
  const start = next.rest.slice(0, 3);
  if (months.has(start)) return false;
  return start.length < 3 && [...months].some(month => month.startsWith(start)) ? undefined : true;
}

function unlessTimeGoesOn(next: Next): boolean | undefined {
  const ends = unlessLowerCaseOrNumber(next);
  if (!ends) return ends;
  const word = wordOf(next);
  if (word.length < next.rest.length) return !afterTime.has(word);
  return isBegun(afterTime, word) ? undefined : true;
}

function unlessName(stem: string, next: Next): boolean | undefined {
  const ends = unlessLowerCaseOrNumber(next);
  if (!ends) return ends;
  if (!/\p{Lu}/u.test(next.char)) return !/\p{L}/u.test(next.char) || stem.length > 1;
  const elided = startsElided(next);
  return elided === false ? isStarter(next) : elided;
}

/** French and Italian words before an apostrophe that start a sentence; "D'Angelo" and "O'Brien" are names. */
const elisions = "C' J' L' M' N' S' T' Qu' Un' Dell' All' Nell' Dall' Sull' Quest' Quell'".split(' ');

function startsElided({ rest }: Next): boolean | undefined {
  const start = rest.slice(0, 8).replace('’', "'");
  if (elisions.some(word => start.startsWith(word))) return true;
  return elisions.some(word => word.startsWith(start)) ? undefined : false;
}

/** Whether the next word, once it is whole, starts sentences and is no abbreviation itself. */
function isStarter(next: Next): boolean | undefined {
  const word = wordOf(next);
  if (word.length < next.rest.length) return starters.has(word) && next.rest[word.length] !== '.';
  return isBegun(starters, word) ? undefined : false;
}

const wordOf = ({ rest }: Next): string => /^[\p{L}'’]*/u.exec(rest)![0].replace('’', "'");

const isBegun = (list: ReadonlySet<string>, word: string): boolean =>
  [...list].some(candidate => candidate.startsWith(word));
