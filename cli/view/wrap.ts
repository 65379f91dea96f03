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
    const width = stringWidth(word);
    if (width <= columns) {
      put(word, width, ' ');
      continue;
    }
    used = columns;
    for (const { segment } of characters.segment(word)) put(segment, stringWidth(segment), '');
  }
  return lines;
}

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
