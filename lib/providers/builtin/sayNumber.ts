/** The words for 0 … 19. */
export const small = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen ' +
  'seventeen eighteen nineteen'
).split(' ');

/** The words for 20, 30, … 90; the index is the tens digit. */
export const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** The words for the powers of a thousand; the index is the power. */
export const scales = ['', 'thousand', 'million', 'billion', 'trillion', 'quadrillion'];

/**
 * A number as it is spoken, since not every text-to-speech engine reads digits well. It is rounded to four decimals;
 * beyond a thousand trillion, and below a ten-thousandth, it is said as a power of ten.
 *
 * @example
 * sayNumber(391.5); // 'three hundred ninety-one point five'
 */
export function sayNumber(value: number): string {
  if (value < 0) return `minus ${sayNumber(-value)}`;
  if (value >= 1e15 || (value > 0 && value < 1e-4)) {
    const [mantissa = '', exponent = ''] = value.toExponential(2).split('e');
    return `${sayNumber(Number(mantissa))} times ten to the power of ${sayNumber(Number(exponent))}`;
  }
  const [whole = '0', decimals] = String(roundForSpeech(value)).split('.');
  const digits =
    decimals === undefined ? '' : ` point${decimals.replace(/\d/g, digit => ` ${small[Number(digit)]!}`)}`;
  return sayInteger(Number(whole)) + digits;
}

/** A number as {@link sayNumber} says it: with at most four decimals. */
export const roundForSpeech = (value: number): number =>
  Number.isInteger(value) ? value : Math.round(value * 1e4) / 1e4;

/**
 * A whole number from 1 to 99 as a place in an order: "first", "twenty-second".
 */
export function sayOrdinal(value: number): string {
  const irregular: Record<string, string> = {
    one: 'first',
    two: 'second',
    three: 'third',
    five: 'fifth',
    eight: 'eighth',
    nine: 'ninth',
    twelve: 'twelfth',
  };
  return sayInteger(value).replace(/[a-z]+$/, last => irregular[last] ?? `${last.replace(/y$/, 'ie')}th`);
}

function sayInteger(value: number): string {
  if (value < 20) return small[value]!;
  if (value < 100) return tens[Math.floor(value / 10)]! + rest(value % 10, '-');
  if (value < 1000) return `${small[Math.floor(value / 100)]!} hundred${rest(value % 100)}`;
  const power = Math.floor((String(value).length - 1) / 3);
  const scale = 1000 ** power;
  return `${sayInteger(Math.floor(value / scale))} ${scales[power]!}${rest(value % scale)}`;
}

const rest = (value: number, join = ' '): string => (value === 0 ? '' : join + sayInteger(value));
