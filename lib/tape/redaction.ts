import { backchannels, interruptions } from '../conversation/backchannels.ts';
import { leading, naming, titles, trailing } from '../llm/abbreviations.ts';

/** Words that identify no person, and that mark the ends of turns and sentences. */
const plain =
  'a an and are as at be been but by can could did do does for from had has have he her his how i if in is it its me ' +
  'may might my no nor not of on or our she should so that the their them then there these they this those to um uh ' +
  'us was we were what when where which while who why will with would yes you your er erm hmm because although until ' +
  'unless than about into like well im ill id ive';

const kept = new Set(
  [
    ...plain.split(' '),
    ...Object.values(backchannels).flat(),
    ...Object.values(interruptions).flat(),
    ...[leading, naming, titles, trailing].flatMap(words => [...words]),
  ].flatMap(words => words.toLowerCase().match(/\p{L}+/gu) ?? []),
);

/**
 * Removes the words and leaves their shape: a word is replaced by a made-up one of the same length, always the same one
 * on one tape, digits by 0. Marks, spaces and small words of grammar stay, so that sentences, turns and interruptions
 * come out as they did.
 *
 * @example
 * redaction()('Is Maria there?') // 'Is aaaaa there?'
 */
export function redaction(): (text: string) => string {
  const madeUp = new Map<string, string>();
  const counts = new Map<number, number>();
  const standIn = (word: string): string => {
    const known = madeUp.get(word);
    if (known !== undefined) return known;
    const count = counts.get(word.length) ?? 0;
    counts.set(word.length, count + 1);
    const candidate = inLetters(count, word.length);
    if (kept.has(candidate)) return standIn(word);
    madeUp.set(word, candidate);
    return candidate;
  };
  return text =>
    text.replace(/\p{Nd}/gu, '0').replace(/\p{L}+/gu, word => {
      const lower = word.toLowerCase();
      if (kept.has(lower) || lower.length !== word.length) return kept.has(lower) ? word : other(word);
      return /^[\p{Script=Latin}]+$/u.test(word) ? inCaseOf(word, standIn(lower)) : other(word);
    });
}

/** The number in letters, padded to a length. */
const inLetters = (count: number, length: number): string =>
  count
    .toString(26)
    .replace(/./gu, digit => String.fromCharCode(97 + Number.parseInt(digit, 26)))
    .padStart(length, 'a')
    .slice(-length);

const inCaseOf = (word: string, standIn: string): string =>
  standIn.replace(/./gsu, (letter, at: number) =>
    word[at] === word[at]!.toLowerCase() ? letter : letter.toUpperCase(),
  );

/** Of other scripts a letter each, so that each word keeps its script. */
const other = (word: string): string =>
  word
    .replace(/\p{Script=Han}/gu, letter => '字'.padEnd(letter.length, '字'))
    .replace(/\p{Script=Hiragana}/gu, 'あ')
    .replace(/\p{Script=Katakana}/gu, 'ア')
    .replace(/\p{Script=Hangul}/gu, '가')
    .replace(/\p{Script=Cyrillic}/gu, 'я')
    .replace(/\p{Script=Greek}/gu, 'α')
    .replace(/[^字あア가яα]/gu, letter => 'x'.repeat(letter.length));
