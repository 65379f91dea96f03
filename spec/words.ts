/** How many words differ (substituted, left out, put in) between what was said and what was heard. */
export function wordErrors(said: string, heard: string): { readonly errors: number; readonly words: number } {
  const [reference, hypothesis] = [wordsOf(said), wordsOf(heard)];
  let row = hypothesis.map((_, index) => index + 1);
  let errors = hypothesis.length;
  reference.forEach((word, index) => {
    let diagonal = index;
    let left = index + 1;
    row = hypothesis.map((other, column) => {
      const above = row[column]!;
      left = Math.min(diagonal + (word === other ? 0 : 1), above + 1, left + 1);
      diagonal = above;
      return left;
    });
    errors = row.at(-1) ?? index + 1;
  });
  return { errors, words: reference.length };
}

/** Words without case, punctuation and the ways of writing that sound the same. */
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .replace(/\bmr\.?(?=\s)/gu, 'mister')
    .replace(/-/gu, ' ')
    .replace(/\d+/gu, digits => numbers[Number(digits)] ?? digits)
    .replace(/[^\p{L}\p{N}' ]/gu, '')
    .split(/\s+/u)
    .filter(Boolean);

const numbers = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
