import stringWidth from 'string-width';

/** Words in lines of at most `columns` columns; a longer word is cut, as is text of languages without spaces. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let used = 0;
  const put = (word: string, width: number, space: string): void => {
    const line = lines.at(-1);
    if (line !== undefined && used + space.length + width <= columns) {
      lines[lines.length - 1] = line + space + word;
      used += space.length + width;
    } else {
      lines.push(word);
      used = width;
    }
  };
  for (const word of text.split(/\s+/u).filter(Boolean)) {
    const width = word.length > longest ? Infinity : stringWidth(word);
    if (width <= columns) {
      put(word, width, ' ');
      continue;
    }
    used = columns;
    for (const character of charactersOf(word)) put(character, stringWidth(character), '');
  }
  return lines;
}

/** No word that fits a line has more UTF-16 units than this, and the segmenter's time grows with the square of its text. */
const longest = 500;

/** The characters of a word, as a person counts them; the last one of a piece may go on in the next one. */
function* charactersOf(word: string): Generator<string> {
  let from = 0;
  while (from < word.length) {
    const isLast = word.length - from <= longest;
    const found = [...characters.segment(word.slice(from, from + longest))];
    const whole = isLast || found.length === 1 ? found : found.slice(0, -1);
    for (const { segment } of whole) {
      from += segment.length;
      yield segment;
    }
  }
}

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
