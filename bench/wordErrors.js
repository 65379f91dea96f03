const numbers = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/**
 * Words without case, punctuation and the ways of writing that sound the same.
 *
 * @param {string} text
 */
const wordsOf = text =>
  text
    .toLowerCase()
    .replace(/\bmr\.?(?=\s)/gu, 'mister')
    .replace(/-/gu, ' ')
    .replace(/\d+/gu, digits => numbers[Number(digits)] ?? digits)
    .replace(/[^\p{L}\p{N}' ]/gu, '')
    .split(/\s+/u)
    .filter(Boolean);

/**
 * How many words differ (substituted, left out, put in) between the spoken and the recognised words.
 *
 * @param {string} said
 * @param {string} heard
 */
export function wordErrors(said, heard) {
  const [reference, hypothesis] = [wordsOf(said), wordsOf(heard)];
  let row = Array.from({ length: hypothesis.length + 1 }, (_, index) => index);
  for (const [index, word] of reference.entries()) {
    const next = [index + 1];
    for (const [column, other] of hypothesis.entries()) {
      const [diagonal = 0, above = 0] = row.slice(column, column + 2);
      next.push(Math.min(diagonal + (word === other ? 0 : 1), above + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return { errors: row.at(-1) ?? 0, words: reference.length };
}
