/** Where a word is in a text: from here up to there. */
export interface WordSpan {
  readonly from: number;
  readonly to: number;
}

/** Scripts that put no space between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan. */
export const spacelessScripts: string =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Bopomofo}\\p{Script=Thai}\\p{Script=Lao}' +
  '\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}ーｰ々〆';
const letter = '[\\p{L}\\p{N}\\p{M}\\u200c\\u200d\\u00ad]';
/** A run of letters and digits, with the apostrophes and points between them: "don't", "3.5", "a.m". */
export const lettersRun: RegExp = new RegExp(
  `${letter}(?:${letter}|['’ʼ‘＇·](?=${letter})|(?<=\\p{N})[.,:/٫٬](?=\\p{N})|(?<=\\p{L})[.](?=\\p{L}))*`,
  'gu',
);
const spacelessRun = new RegExp(
  `[${spacelessScripts}\\uff9e\\uff9f](?:[${spacelessScripts}]|\\p{M}|[\\uff9e\\uff9f])*`,
  'gu',
);
const spaceless = new RegExp(`[${spacelessScripts}]`, 'u');

/** Whether a text has letters of a script that puts no space between words. */
export const isSpaceless = (text: string): boolean => spaceless.test(text);

/**
 * The words of a text, in their order, in any script: between spaces and marks, and by a dictionary (`Intl.Segmenter`)
 * where a script has no spaces. "well-known" is two words, "don't" and "3.5" are one each. Takes time in proportion to the
 * text: the segmenter, whose own time grows with the square, sees 100 characters at once.
 *
 * @example
 * wordSpans('请停一下').map(({ from, to }) => …) // 请, 停, 一下
 */
export function wordSpans(text: string): WordSpan[] {
  const spans: WordSpan[] = [];
  const add = (from: number, to: number): void => {
    // A run of nothing but combining marks is not a word.
    if (to > from && /[\p{L}\p{N}]/u.test(text.slice(from, to))) spans.push({ from, to });
  };
  for (const { 0: letters, index } of text.matchAll(lettersRun)) {
    let from = index;
    if (spaceless.test(letters)) {
      for (const part of letters.matchAll(spacelessRun)) {
        const at = index + part.index;
        add(from, at);
        segment(part[0], at, add);
        from = at + part[0].length;
      }
    }
    add(from, index + letters.length);
  }
  return spans;
}

/** The words of a run without spaces. */
function segment(letters: string, at: number, add: (from: number, to: number) => void): void {
  let from = 0;
  while (from < letters.length) {
    const isLast = letters.length - from <= longest;
    const piece = isLast ? letters.slice(from) : letters.slice(from, pieceEnd(letters, from + longest));
    const words = [...segmenter.segment(piece)];
    // The last word of a piece may go on in the next one.
    const whole = isLast || words.length < 2 ? words : words.slice(0, -1);
    for (const { segment, index } of whole) add(at + from + index, at + from + index + segment.length);
    const last = whole.at(-1)!;
    from += last.index + last.segment.length;
  }
}

/** The end of a piece that splits no character: combining marks stay with their character. */
function pieceEnd(letters: string, at: number): number {
  let end = at;
  while (
    end < letters.length &&
    end < at + longest &&
    /^(?:[\p{M}\uff9e\uff9f]|[\udc00-\udfff])/u.test(letters.slice(end, end + 1))
  )
    end += 1;
  return /[\ud800-\udbff]/.test(letters[end - 1]!) ? end + 1 : end;
}

/** How many characters the segmenter is given at once. */
const longest = 100;
/** Reused: making one costs more than its work. Its language does not matter, its dictionaries are by script. */
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
