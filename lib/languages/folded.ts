/**
 * A text in one spelling of many, for comparing words: without case (also the Turkish and Greek ones), full-width and
 * half-width forms, vowel marks of Arabic and Hebrew, accents of Greek, and the kinds of apostrophes, hamzas, digits and
 * kana. Accents of Latin letters stay, for they make other words. Not for showing.
 *
 * @example
 * folded('STRASSE') === folded('Straße') // true
 */
export const folded = (text: string): string =>
  plainAscii.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKC')
        .replaceAll(/[’‘ʼʻ´`＇]/gu, "'")
        .toLowerCase()
        .replaceAll(/[ı]|i\u0307/gu, 'i')
        .replaceAll('ß', 'ss')
        .replaceAll(/\p{Script=Greek}/gu, letter => letter.normalize('NFD')[0]!)
        .replaceAll('ς', 'σ')
        // Hebrew points; Arabic vowels, tatweel and superscript alef; joiners and soft hyphens.
        .replaceAll(
          /[\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200b-\u200f\u00ad]/gu,
          '',
        )
        .replaceAll(/[أإآٱ]/gu, 'ا')
        .replaceAll('ى', 'ي')
        .replaceAll('ة', 'ه')
        .replaceAll(/[\u30a1-\u30f6]/gu, kana => String.fromCharCode(kana.charCodeAt(0) - 0x60))
        .replaceAll(/\p{Nd}/gu, digit);

const plainAscii = /^[\0-_a-\x7f]*$/u;

/** A digit of any script as 0 … 9: Unicode has the ten of each in a row, from a multiple of 16 or from 6 after it. */
function digit(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x660 || code > 0x1049) return character;
  const first = code >= 0x966 && code <= 0xdef ? 6 : 0;
  return String((code - first) & 0xf);
}
