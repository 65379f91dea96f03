const small = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen'
).split(' ');
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** A whole number below a thousand million, in words. */
function inWords(number: number): string {
  const scale = [1_000_000, 1000, 100].find(size => number >= size);
  const name = { 1000000: 'million', 1000: 'thousand', 100: 'hundred' }[scale ?? 0];
  if (scale !== undefined && name !== undefined) {
    const rest = number % scale;
    return `${inWords(Math.floor(number / scale))} ${name}${rest === 0 ? '' : ` ${inWords(rest)}`}`;
  }
  if (number < 20) return small[number]!;
  const unit = number % 10;
  return `${tens[Math.floor(number / 10) - 2]!}${unit === 0 ? '' : ` ${small[unit]!}`}`;
}

const digits = (group: string): string => group.split('').join(' ');

const phone =
  /(?:(?<![\w-])\+?\d{1,3}[ .-]?)?\(\d{2,5}\)[ .-]?\d{2,4}(?:[ .-]\d{2,4}){1,3}(?![\w/]|[.,:]\d)|(?<![\w.-])\d{3}\.\d{3}\.\d{4}(?![\w.]\d|\w)|(?<![\w.,:/$-])\+?\d{1,4}(?:[ -]\(?\d{2,4}\)?){2,5}(?![\w/]|[.,:]\d)|(?<![\w-])\d{3}-\d{4}(?![\w-])/g;
const thousandsApart = /(?<![\w+-])[1-9]\d{0,2}(?: \d{3}){2,3}(?! \d|[\w-])/g;
const whole = /(?<![\w.:/$'-]|\d,)-?(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,8}|0)(?![\w/'-]|[.,:]\d)/g;
const isYear = (number: string): boolean => /^(?:1[1-9]|20)\d\d$/.test(number);
const endsWithMonth = /\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\.? $/;

/**
 * Writes out whole numbers, which Flite reads digit by digit or not as it guesses from the words around them, and
 * telephone numbers, digit by digit. It reads these reliably, and they stay: years, days of a month, times, fractions, decimals,
 * ordinals and dollars; so do ten digits and more, which are not amounts.
 *
 * @example
 * spokenNumbers('17 times 23 equals 391'); // 'seventeen times twenty three equals three hundred ninety one'
 */
export const spokenNumbers = (text: string): string =>
  text
    .replace(thousandsApart, number => number.replaceAll(' ', ','))
    .replace(phone, number => number.split(/\D+/).filter(Boolean).map(digits).join(', '))
    .replace(/(\d)\s?%/g, '$1 percent')
    .replace(whole, (written: string, offset: number, all: string) => {
      if (isYear(written) || endsWithMonth.test(all.slice(Math.max(0, offset - 16), offset))) return written;
      const number = Number(written.replaceAll(',', ''));
      if (Math.abs(number) >= 1e9) return written;
      return number < 0 ? `minus ${inWords(-number)}` : inWords(number);
    });
