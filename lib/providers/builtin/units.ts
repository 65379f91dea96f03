import { readNumbers } from './readNumbers.ts';
import { sayNumber } from './sayNumber.ts';

/** A quantity the user named, in words: "ten meters", and in another unit: "about thirty-three feet". */
export interface Conversion {
  readonly from: string;
  readonly to: string;
}

interface Unit {
  readonly one: string;
  readonly many: string;
  /** How it is said and written. */
  readonly spelled: string;
  readonly measures: string;
  /** In the base unit: `(value + offset) * factor`. */
  readonly factor: number;
  readonly offset?: number;
  /** The unit it is given in when none is asked for. */
  readonly other: string;
}

const unit = (
  [one, many]: readonly [string, string],
  spelled: string,
  [measures, factor, offset = 0]: readonly [string, number, number?],
  other: string,
): Unit => ({ one, many, spelled, measures, factor, offset, other });

/** Factors are the international definitions; gallons and pints are those of the United States. */
const units: readonly Unit[] = [
  unit(['millimeter', 'millimeters'], 'millimet(?:er|re)s?|mm', ['length', 0.001], 'inch'),
  unit(['centimeter', 'centimeters'], 'centimet(?:er|re)s?|cm', ['length', 0.01], 'inch'),
  unit(['kilometer', 'kilometers'], 'kilomet(?:er|re)s?|km', ['length', 1000], 'mile'),
  unit(['meter', 'meters'], 'met(?:er|re)s?|m', ['length', 1], 'foot'),
  unit(['inch', 'inches'], 'inch(?:es)?', ['length', 0.0254], 'centimeter'),
  unit(['foot', 'feet'], 'foot|feet|ft', ['length', 0.3048], 'meter'),
  unit(['yard', 'yards'], 'yards?', ['length', 0.9144], 'meter'),
  unit(['mile', 'miles'], 'miles?', ['length', 1609.344], 'kilometer'),
  unit(['gram', 'grams'], 'gram(?:me)?s?|g', ['mass', 0.001], 'ounce'),
  unit(['kilogram', 'kilograms'], 'kilogram(?:me)?s?|kilos?|kg', ['mass', 1], 'pound'),
  unit(['ounce', 'ounces'], 'ounces?|oz', ['mass', 0.028349523125], 'gram'),
  unit(['pound', 'pounds'], 'pounds?|lbs?', ['mass', 0.45359237], 'kilogram'),
  unit(['milliliter', 'milliliters'], 'millilit(?:er|re)s?|ml', ['volume', 0.001], 'liter'),
  unit(['liter', 'liters'], 'lit(?:er|re)s?|l', ['volume', 1], 'gallon'),
  unit(['pint', 'pints'], 'pints?', ['volume', 0.473176473], 'liter'),
  unit(['gallon', 'gallons'], 'gallons?', ['volume', 3.785411784], 'liter'),
  unit(['second', 'seconds'], 'seconds?', ['time', 1], 'minute'),
  unit(['minute', 'minutes'], 'minutes?', ['time', 60], 'second'),
  unit(['hour', 'hours'], 'hours?', ['time', 3600], 'minute'),
  unit(['day', 'days'], 'days?', ['time', 86_400], 'hour'),
  unit(['week', 'weeks'], 'weeks?', ['time', 604_800], 'day'),
  unit(
    ['degree Celsius', 'degrees Celsius'],
    '(?:degrees? )?(?:celsius|centigrade|c)',
    ['heat', 1, 273.15],
    'degree Fahrenheit',
  ),
  unit(
    ['degree Fahrenheit', 'degrees Fahrenheit'],
    '(?:degrees? )?(?:fahrenheit|f)',
    ['heat', 5 / 9, 459.67],
    'degree Celsius',
  ),
];

const anyUnit = units.map(({ spelled }) => spelled).join('|');
const quantity = new RegExp(`(?:(minus) )?\\b(\\d+(?:\\.\\d+)?|an?) ?(${anyUnit})\\b`);
const target = new RegExp(`\\b(?:in|into|to|how many) (${anyUnit})\\b`);

/**
 * The quantity in the user's words, in the unit they asked for ("ten meters in feet", "how many feet are ten
 * meters"), or in its usual counterpart when they asked for none; `undefined` where there is no quantity.
 */
export function convert(said: string): (Conversion & { readonly asked: boolean }) | undefined {
  const text = readNumbers(
    said
      .toLowerCase()
      .replace(/°/g, ' degrees ')
      .replace(/\bhalf an? /g, '0.5 ')
      .replace(/(\d),(?=\d{3}\b)/g, '$1')
      .replace(/[^a-z0-9. ]|\.(?!\d)/g, ' '),
  );
  const [, minus, digits = '', spelled = ''] = quantity.exec(text) ?? [];
  const from = unitOf(spelled);
  if (from === undefined) return undefined;
  const asked = unitOf(target.exec(text)?.[1] ?? '');
  const to = asked?.measures === from.measures ? asked : units.find(({ one }) => one === from.other)!;
  const amount = (minus === undefined ? 1 : -1) * (/^an?$/.test(digits) ? 1 : Number(digits));
  const exact = ((amount + from.offset!) * from.factor) / to.factor - to.offset!;
  const tenths = Math.round(exact * 10) / 10;
  const isTenths = Math.abs(tenths - exact) < 1e-9;
  const rounded = isTenths ? tenths : Number(exact.toPrecision(Math.abs(exact) < 100 ? 2 : 3));
  const about = isTenths ? '' : 'about ';
  return { from: say(amount, from), to: about + say(rounded, to), asked: asked === to };
}

const unitOf = (spelled: string): Unit | undefined =>
  units.find(({ spelled: pattern }) => new RegExp(`^(?:${pattern})$`).test(spelled));

const say = (amount: number, { one, many }: Unit): string =>
  `${sayNumber(amount)} ${Math.abs(amount) === 1 ? one : many}`;
