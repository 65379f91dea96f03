const ordinals = (
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth ' +
  'sixteenth seventeenth eighteenth nineteenth twentieth'
).split(' ');
const decades = ' twenties thirties forties fifties sixties seventies eighties nineties'.split(' ');
const teens = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
  ' ',
);

const values: Readonly<Record<string, number>> = { I: 1, V: 5, X: 10, L: 50, C: 100 };

/** The value of a Roman numeral that is written by the rules, up to 89; `undefined` for any other word. */
function valueOf(numeral: string): number | undefined {
  if (!/^(?:L?X{0,3}|XL)(?:IX|IV|V?I{0,3})$/.test(numeral) || numeral === '') return undefined;
  return Array.from(numeral).reduce((sum, letter, index, all) => {
    const value = values[letter]!;
    return value < (values[all[index + 1] ?? ''] ?? 0) ? sum - value : sum + value;
  }, 0);
}

/** Words that take Roman numerals, single letters included. */
const numbered =
  'War|Wars|Chapter|Part|Volume|Vol\\.|Book|Act|Scene|Phase|Type|Class|Level|Stage|Grade|Title|Article|Section|Appendix|' +
  'Figure|Table|Bowl|Mark|Mk|Episode|Season|Round|Unit|Version|Schedule|Factor|Division|Category|Annex|Theorem|Symphony';
/** Whose names kings, queens and popes bore. */
const rulers =
  'Henry|Edward|Richard|George|William|Charles|James|John|Paul|Pius|Benedict|Louis|Philip|Elizabeth|Mary|Catherine|' +
  'Nicholas|Peter|Alexander|Frederick|Francis|Napoleon|Ferdinand|Leo|Gregory|Innocent|Clement|Urban|Robert|Stephen|' +
  'David|Wilhelm|Gustav|Christian|Harald|Olav|Carlos|Felipe|Alfonso|Ivan|Ramses|Ramesses|Ptolemy|Darius|Rama|Otto|' +
  'Leopold|Albert|Maximilian|Haakon|Carl|Margrethe|Joseph|Sixtus|Julius|Boniface|Malcolm|Kenneth|Baldwin|Mehmed|Murad';

const afterNumbered = new RegExp(`\\b(${numbered}) ([IVXL]{1,7})\\b(?!['’.]\\w)`, 'g');
const afterRuler = new RegExp(`\\b(${rulers}) ([IVX]{1,6})\\b(?!['’]m|['’]ll|['’]ve|['’]d)`, 'g');
const afterName = /\b([A-Z][a-z]{2,20}) ((?:X{1,2})?(?:I{2,3}|IV|VI{1,3}|IX))\b/g;

const fractions: Readonly<Record<string, readonly [alone: string, after: string]>> = {
  '½': ['one half', 'a half'],
  '⅓': ['one third', 'a third'],
  '⅔': ['two thirds', 'two thirds'],
  '¼': ['one quarter', 'a quarter'],
  '¾': ['three quarters', 'three quarters'],
  '⅕': ['one fifth', 'a fifth'],
  '⅖': ['two fifths', 'two fifths'],
  '⅗': ['three fifths', 'three fifths'],
  '⅘': ['four fifths', 'four fifths'],
  '⅙': ['one sixth', 'a sixth'],
  '⅛': ['one eighth', 'an eighth'],
  '⅜': ['three eighths', 'three eighths'],
  '⅝': ['five eighths', 'five eighths'],
  '⅞': ['seven eighths', 'seven eighths'],
};

/** "1990s" as "nineteen nineties", "2010s" as "twenty tens", "1900s" as "nineteen hundreds". */
function decade(century: string, ten: string): string {
  const years = Number(century);
  if (ten === '0') return years === 20 ? 'two thousands' : `${teens[years - 10]!} hundreds`;
  return `${teens[years - 10]!} ${ten === '1' ? 'tens' : decades[Number(ten) - 1]!}`;
}

/**
 * Writes out Roman numerals of wars, chapters, rulers and names, decades, and fractions that are one character.
 *
 * @example
 * spokenNumerals('Henry VIII, World War II, the 1990s, 1½'); // 'Henry the eighth, World War 2, the nineteen nineties, 1 and a half'
 */
export const spokenNumerals = (text: string): string =>
  text
    .replace(afterNumbered, (found, name: string, numeral: string) => {
      const value = valueOf(numeral);
      return value === undefined ? found : `${name} ${value}`;
    })
    .replace(afterRuler, (found, name: string, numeral: string, offset: number, all: string) => {
      const value = valueOf(numeral);
      // "John I know" is no king.
      if (
        value === undefined ||
        value > 20 ||
        (numeral === 'I' && /^ [a-z]/.test(all.slice(offset + found.length)))
      )
        return found;
      return `${name} the ${ordinals[value - 1]!}`;
    })
    .replace(afterName, (found, name: string, numeral: string) => `${name} ${valueOf(numeral) ?? found}`)
    .replace(/\b(1\d|20)(\d)0['’]?s\b/g, (_, century: string, ten: string) => decade(century, ten))
    .replace(
      /(['’]|\b(?:[Tt]he|[Ee]arly|[Mm]id|[Ll]ate)[ -])([2-9])0s\b/g,
      (_, lead: string, ten: string) => `${/['’]/.test(lead) ? '' : lead}${decades[Number(ten) - 1]!}`,
    )
    .replace(/(?<=\d)\s?([½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞])/g, (_, sign: string) => ` and ${fractions[sign]![1]}`)
    .replace(/[½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞]/g, sign => fractions[sign]![0]);
