/** An ideograph, a kana or a Hangul syllable takes about as long as three letters. */
const syllabic = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** How long a text takes to speak, in letters. */
export const spokenLength = (text: string): number => text.length + 2 * (text.match(syllabic)?.length ?? 0);

/** The number of UTF-16 units at the beginning of a text that take no longer than this many letters. */
export function spokenWithin(text: string, letters: number): number {
  let rest = letters;
  let end = 0;
  for (const { 0: syllable, index } of text.matchAll(syllabic)) {
    const before = index - end;
    if (before >= rest) break;
    rest -= before + syllable.length + 2;
    if (rest < 0) return index;
    end = index + syllable.length;
  }
  return Math.min(text.length, end + Math.floor(rest));
}
