import { spokenAcronyms } from './spokenAcronyms.ts';
import { spokenAddresses } from './spokenAddresses.ts';
import { spokenAmounts } from './spokenAmounts.ts';
import { spokenNumbers } from './spokenNumbers.ts';
import { spokenNumerals } from './spokenNumerals.ts';

type Rule = readonly [pattern: RegExp, spoken: string];

/** The longest word in the dictionaries has 45 letters; a longer one (a key, a hash) would be seconds of noise. */
const longestWord = /([^\s]{45})[^\s]+/g;

const markdown: readonly Rule[] = [
  [/^[ \t]*```.*$/gm, ' '],
  [/!?\[([^\]]{0,300})\]\([^)]{0,1000}\)/g, '$1'],
  [/^[ \t]*(?:#{1,6}|>|[-*+•])\s+/gm, ''],
  [/^[-=_*|: \t]{3,}$/gm, ' '],
  [/(\*\*\*|\*\*|\*|___|__|~~|`{1,3})(?=\S)([^*`~\n]{0,300}\S)\1/g, '$2'],
  [/(?<!\w)_([^_\n]{1,300})_(?!\w)/g, '$1'],
  [/\|/g, ', '],
  [/\s*\n\s*\n\s*/g, '\n'],
  [/([^\s.!?:;,])\s*\n\s*(?=\S)/g, '$1. '],
];

const typography: readonly Rule[] = [
  [/[‘’‚′`´]/g, "'"],
  [/["“”„«»″][\s"“”„«»″]*/g, ' '],
  [/(?:…|(?<!\.)\.{2,}(?!\.))(?=\s*[a-z])/g, ', '],
  [/…|\.{2,}/g, '. '],
  [/\s*[—―]\s*|\s+[-–]+\s+|--+/g, ', '],
  [/[–‐‑]/g, '-'],
  [/\s*→\s*/g, ' to '],
];

const abbreviations: readonly Rule[] = [
  [/\be\.\s?g\.,?/gi, 'for example'],
  [/\bi\.\s?e\.,?/gi, 'that is'],
  [/\betc\b\.?/gi, 'et cetera'],
  [/\bNo\.\s?(?=\d)/g, 'number '],
  [/\bJan\.\s?(?=\d)/g, 'January '],
  [/\bFeb\.\s?(?=\d)/g, 'February '],
  [/\bMar\.\s?(?=\d)/g, 'March '],
  [/\bApr\.\s?(?=\d)/g, 'April '],
  [/\bAug\.\s?(?=\d)/g, 'August '],
  [/\bSept\.\s?(?=\d)/g, 'September '],
  [/\bSep\.\s?(?=\d)/g, 'September '],
  [/\bOct\.\s?(?=\d)/g, 'October '],
  [/\bNov\.\s?(?=\d)/g, 'November '],
  [/\bDec\.\s?(?=\d)/g, 'December '],
  [/\bapprox\./gi, 'approximately'],
  [/\bPh\.?D\.?/g, 'P H D'],
  [/\bvs\b\.?/g, 'versus'],
  [/\bMt\.\s?(?=[A-Z])/g, 'Mount '],
  [/\b[aA]\.\s?[mM]\.(?=\s+(?:[a-z\d]|[A-Z][a-z]+day\b)|[,;:!?)–-])/g, 'A M'],
  [/\b[pP]\.\s?[mM]\.(?=\s+(?:[a-z\d]|[A-Z][a-z]+day\b)|[,;:!?)–-])/g, 'P M'],
  [/\b[aA]\.\s?[mM]\b/g, 'A M'],
  [/\b[pP]\.\s?[mM]\b/g, 'P M'],
  [/\bAT&T\b/g, 'A T and T'],
  [/\b([A-Z])([A-Z])&(?=[A-Z]\b)/g, '$1 $2 and '],
  [/\bw\/o\b/gi, 'without'],
  [/\bw\/(?=\s)/gi, 'with'],
];

const symbols: readonly Rule[] = [
  [/\s*&\s*/g, ' and '],
  [/\s*=\s*/g, ' equals '],
  [/\s*≠\s*/g, ' is not '],
  [/\s*≤\s*|\s*<=\s*/g, ' is at most '],
  [/\s*≥\s*|\s*>=\s*/g, ' is at least '],
  [/\s+<\s+/g, ' is less than '],
  [/\s+>\s+/g, ' is more than '],
  [/(?<=\d)\s*\+\s*(?=\d)/g, ' plus '],
  [/√\s*/g, 'the square root of '],
  [/π/g, 'pi'],
  [/@(?=\w)/g, ' at '],
  [/\band\/or\b/gi, 'and or'],
  [/(\d)\s*\/\s*(?=(?:second|minute|hour|day|week|month|year|person)s?\b)/g, '$1 per '],
  [/(euros?|pounds?|dollars?|yen|rupees?)\s*\/\s*/g, '$1 per '],
  [/(?<=[a-z0-9])\.(?=[a-z])/g, ' dot '],
  [/(?<=[a-z]{2})([.!?])(?=[A-Z])/g, '$1 '],
];

/** Letters that don't come apart into a plain letter and its accent. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'Ae',
  œ: 'oe',
  Œ: 'Oe',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  ð: 'd',
  þ: 'th',
};

const apply = (text: string, rules: readonly Rule[]): string =>
  rules.reduce((said, [pattern, spoken]) => squeezed(said.replace(pattern, spoken)), squeezed(text));

const plainLetters = (text: string): string =>
  text
    .replace(/[ßæÆœŒøØłŁđðþ]/g, letter => letters[letter]!)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '');

/**
 * Reduces a run of spaces to one, and a run with line ends to one or two line ends, so that no pattern looks far. It
 * runs after each rule that removes text, since that leaves such runs behind.
 */
const squeezed = (text: string): string =>
  text.replace(/\s{2,}/g, run => (run.includes('\n') ? (run.split('\n').length > 2 ? '\n\n' : '\n') : ' '));

/** Remaining characters that Flite would read by their names, misread or stumble over: emoji, other scripts, stray marks. */
const withoutTheUnspeakable = (text: string): string =>
  text
    .replace(/[^\x20-\x7e]|[*_~^<>{}[\]\\|#()]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(longestWord, '$1')
    .replace(/([.!?,;:])[.!?,;:\s]*(?=[.!?,;:])/g, '')
    .replace(/\s+(?=[.,!?;:](?:\s|$))|^[\s.,!?;:]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/**
 * Makes text sayable by Flite, which knows plain English in ASCII: typography, Markdown left-overs, accents, addresses,
 * currencies, units, versions, acronyms, Roman numerals, decades and signs become words. Characters without a sound (emoji,
 * scripts other than Latin) are removed; where nothing is left, the answer is `''`. Words are cut at 45 letters. It takes time
 * in proportion to the text.
 *
 * @example
 * pronounceable('It’s **5 km** – mail bob@example.com'); // "It's 5 kilometers, mail bob at example dot com"
 */
export function pronounceable(text: string): string {
  const plain = apply(apply(text, markdown), abbreviations);
  const counted = apply(apply(spokenAmounts(spokenNumerals(spokenAddresses(plain))), typography), symbols);
  const said = withoutTheUnspeakable(spokenNumbers(squeezed(spokenAcronyms(plainLetters(counted)))));
  return /[a-z0-9]/i.test(said) ? said : '';
}
