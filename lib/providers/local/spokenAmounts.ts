type Rule = readonly [pattern: RegExp, spoken: string | ((...match: string[]) => string)];

const currencies: Readonly<Record<string, readonly [one: string, many: string]>> = {
  $: ['dollar', 'dollars'],
  '€': ['euro', 'euros'],
  '£': ['pound', 'pounds'],
  '¥': ['yen', 'yen'],
  '₹': ['rupee', 'rupees'],
};

const multiples: Readonly<Record<string, string>> = {
  k: 'thousand',
  K: 'thousand',
  m: 'million',
  M: 'million',
  mn: 'million',
  mln: 'million',
  b: 'billion',
  bn: 'billion',
  B: 'billion',
  t: 'trillion',
  tn: 'trillion',
  T: 'trillion',
};

/** Units as they are written after a number, letter case included, and as they are said: one, many. */
const units: Readonly<Record<string, readonly [one: string, many: string]>> = {
  'km/h': ['kilometer per hour', 'kilometers per hour'],
  mph: ['mile per hour', 'miles per hour'],
  'm/s': ['meter per second', 'meters per second'],
  'm²': ['square meter', 'square meters'],
  'km²': ['square kilometer', 'square kilometers'],
  'ft²': ['square foot', 'square feet'],
  'sq ft': ['square foot', 'square feet'],
  'm³': ['cubic meter', 'cubic meters'],
  Mbps: ['megabit per second', 'megabits per second'],
  Gbps: ['gigabit per second', 'gigabits per second'],
  mi: ['mile', 'miles'],
  yd: ['yard', 'yards'],
  gal: ['gallon', 'gallons'],
  dB: ['decibel', 'decibels'],
  km: ['kilometer', 'kilometers'],
  cm: ['centimeter', 'centimeters'],
  mm: ['millimeter', 'millimeters'],
  m: ['meter', 'meters'],
  ft: ['foot', 'feet'],
  kg: ['kilogram', 'kilograms'],
  mg: ['milligram', 'milligrams'],
  g: ['gram', 'grams'],
  lbs: ['pound', 'pounds'],
  lb: ['pound', 'pounds'],
  oz: ['ounce', 'ounces'],
  ml: ['milliliter', 'milliliters'],
  l: ['liter', 'liters'],
  L: ['liter', 'liters'],
  ms: ['millisecond', 'milliseconds'],
  s: ['second', 'seconds'],
  sec: ['second', 'seconds'],
  min: ['minute', 'minutes'],
  h: ['hour', 'hours'],
  hrs: ['hour', 'hours'],
  Hz: ['hertz', 'hertz'],
  kHz: ['kilohertz', 'kilohertz'],
  MHz: ['megahertz', 'megahertz'],
  GHz: ['gigahertz', 'gigahertz'],
  KB: ['kilobyte', 'kilobytes'],
  kB: ['kilobyte', 'kilobytes'],
  MB: ['megabyte', 'megabytes'],
  GB: ['gigabyte', 'gigabytes'],
  TB: ['terabyte', 'terabytes'],
  kW: ['kilowatt', 'kilowatts'],
  kWh: ['kilowatt hour', 'kilowatt hours'],
  '°C': ['degree Celsius', 'degrees Celsius'],
  '°F': ['degree Fahrenheit', 'degrees Fahrenheit'],
  '°': ['degree', 'degrees'],
};

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const counted = (amount: string, [one, many]: readonly [string, string]): string =>
  `${amount} ${/^-?1$/.test(amount) ? one : many}`;

function money(symbol: string, amount: string, multiple: string | undefined): string {
  const currency = currencies[symbol]!;
  if (multiple) return `${amount} ${multiples[multiple] ?? multiple} ${currency[1]}`;
  const [whole, hundredths] = amount.split('.') as [string, string | undefined];
  const spoken = counted(whole, currency);
  return hundredths === undefined || hundredths === '00'
    ? spoken
    : `${spoken} ${Number(hundredths.padEnd(2, '0'))}`;
}

const number = String.raw`(?<!\d)\d{1,15}(?:,\d{3}){0,6}(?:\.\d{1,15})?`;
const multiple = String.raw`(?:\s?(k|K|mn|mln|m|M|bn|b|B|tn|t|T|thousand|million|billion|trillion)\b)?`;
const symbols = '[$€£¥₹]';
const unit = Object.keys(units)
  .sort((a, b) => b.length - a.length)
  .join('|');

const rules: readonly Rule[] = [
  [/(?<=\d)[\u00a0\u2009\u202f](?=\d{3}\b)/g, ''],
  // Flite reads plain dollars well, cents included; it doesn't know "k", nor any other currency.
  [
    new RegExp(`([€£¥₹])\\s?(${number})${multiple}`, 'g'),
    (_, symbol, amount, many) => money(symbol, amount, many),
  ],
  [
    new RegExp(`(\\$)\\s?(${number})\\s?(k|K|mn|mln|m|M|bn|b|B|tn|t|T)\\b`, 'g'),
    (_, symbol, amount, many) => money(symbol, amount, many),
  ],
  [
    new RegExp(`(${number})${multiple}\\s?(${symbols})`, 'g'),
    (_, amount, many, symbol) => money(symbol, amount, many),
  ],
  [
    /\b(\d{4})-(\d{2})-(\d{2})\b/g,
    (date, year, month, day) => {
      const name = months[Number(month) - 1];
      return name === undefined ? date : `${name} ${Number(day)}, ${year}`;
    },
  ],
  [/\b(\d{1,2}:\d{2}):(\d{2})\b/g, (_, time, seconds) => `${time} and ${Number(seconds)} seconds`],
  [/\b(\d+):(\d)\b(?!:)/g, '$1 to $2'],
  [/\b24\/7\b/g, '24 7'],
  [/\b(?:version )?[vV](\d+(?:\.\d+)*)\b/g, 'version $1'],
  [/\b(\d{3})\.(\d{3})\.(\d{4})\b/g, '$1-$2-$3'], // a telephone number
  [/\b\d+(?:\.\d+){2,}\b/g, version => version.replaceAll('.', ' point ')],
  [/(\d)\s*[–—]\s*(?=\d)/g, '$1 to '],
  [/(?<![\w.-])(\d{1,2})-(?=\d{1,2}(?![\w-]))/g, '$1 to '],
  [
    new RegExp(`(?<![\\w.])(-?${number})\\s?(${unit})(?![\\w/])`, 'g'),
    (_, amount, name) => counted(amount, units[name]!),
  ],
  [/(\d)k\b/g, '$1 thousand'],
  [/(\d)M\b/g, '$1 million'],
  [/(\d)\s?[x×]\s?(?=\d{3,})/g, '$1 by '],
  [/(\d)\s*[x×*]\s*(?=\d)/g, '$1 times '],
  [/(\d)\s*÷\s*(?=\d)/g, '$1 divided by '],
  [/(\d)\s+[-−]\s+(?=\d)/g, '$1 minus '],
  [/−(?=\d)/g, '-'],
  [/(\d)\s*\^\s*(?=\d)/g, '$1 to the power of '],
  [/²/g, ' squared'],
  [/³/g, ' cubed'],
  [/(?:~|≈)\s?(?=[\d$])/g, 'about '],
  [/±\s?/g, 'plus or minus '],
  [/#(?=\d)/g, 'number '],
];

/**
 * Writes out the amounts that Flite reads wrongly: currencies other than dollars, units after a number, ISO dates,
 * times with seconds, versions, ranges and sums. It reads plain numbers, dollars, percents, ordinals and times
 * (`22:15`) well by itself, so these stay as they are.
 *
 * @example
 * spokenAmounts('5 km for €3.50'); // '5 kilometers for 3 euros 50'
 */
export const spokenAmounts = (text: string): string =>
  rules.reduce((said, [pattern, spoken]) => said.replace(pattern, spoken as string), text);
