import { scales, small, tens } from './sayNumber.ts';

/**
 * Turns the numbers in a lower-case text into digits, however a speech recogniser wrote them: "twenty three",
 * "a hundred and five", "3 million", "two point five". Numbers that merely follow each other stay apart
 * ("one two three" is three numbers).
 *
 * @example
 * readNumbers('seventeen times twenty three'); // '17 times 23'
 */
export function readNumbers(text: string): string {
  const words = text.split(/\s+/);
  const read: string[] = [];
  for (let at = 0; at < words.length;) {
    const number = readNumber(words, at);
    read.push(number === undefined ? words[at]! : number.digits);
    at = number === undefined ? at + 1 : number.end;
  }
  return read.join(' ');
}

/** The number that begins at a word, as long as it goes on, and the index of the word after it. */
function readNumber(words: readonly string[], start: number): { digits: string; end: number } | undefined {
  let total = 0; // the complete part: the thousands, once "thousand" was read
  let group = 0; // the part in progress, below a thousand
  let room = Infinity; // the next word must be smaller than this: 10 after "twenty", 100 after "hundred"
  let end = start;
  if (/^an?$/.test(words[end]!) && /^(hundred|thousand|million|billion|dozen)$/.test(words[end + 1] ?? '')) {
    group = 1;
    end += 1;
  }
  for (; end < words.length; end++) {
    const word = words[end]!;
    const value = valueOf(word);
    if (value !== undefined && value < room && (room === Infinity || value > 0)) {
      group += value;
      room = value >= 20 && value < 100 && value % 10 === 0 ? 10 : 0;
    } else if (word === 'hundred' && group > 0 && group < 100) {
      group *= 100;
      room = 100;
    } else if (word === 'dozen' && group > 0) {
      return { digits: String(total + group * 12), end: end + 1 };
    } else if (scales.indexOf(word) > 0 && group > 0) {
      total += group * 1000 ** scales.indexOf(word);
      group = 0;
      room = 1000;
    } else if (!(
      word === 'and' &&
      room >= 100 &&
      room !== Infinity &&
      valueOf(words[end + 1] ?? '') !== undefined
    )) {
      break;
    }
  }
  if (end === start) return undefined;
  const decimals = readDecimals(words, end);
  return { digits: `${total + group}${decimals.digits}`, end: decimals.end };
}

function readDecimals(words: readonly string[], point: number): { digits: string; end: number } {
  if (words[point] !== 'point') return { digits: '', end: point };
  let digits = '.';
  let end = point + 1;
  for (; end < words.length; end++) {
    const value = valueOf(words[end]!);
    if (value === undefined || !Number.isInteger(value)) break;
    digits += String(value);
  }
  return digits === '.' ? { digits: '', end: point } : { digits, end };
}

/** The value of a word that is a number by itself: digits, or a number word below a hundred. */
function valueOf(word: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(word)) return Number(word);
  if (small.includes(word)) return small.indexOf(word);
  return tens.indexOf(word) > 0 ? tens.indexOf(word) * 10 : undefined;
}
