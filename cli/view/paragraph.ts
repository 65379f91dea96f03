import stringWidth from 'string-width';
import { printable } from '../../lib/text/printable.ts';
import { wrap } from './wrap.ts';

/** Where text begins: after the speaker's name. */
export const indent = 7;

/** A piece of text and how it looks. */
export type Part = readonly [text: string, style: (text: string) => string];

/** As it is. */
export const plain = (text: string): string => text;

/**
 * A speaker's words, in lines: the name, then the text, wrapped in a column of its own. Each word is styled as its
 * part is. Escape sequences in the text are removed.
 */
export function paragraph(
  name: string,
  nameStyle: (text: string) => string,
  parts: readonly Part[],
  columns: number,
): string[] {
  // Wrapped without its styles, which have no width; then they are put back on, character by character.
  const words = parts.flatMap(([text, style]) =>
    printable(text)
      .split(/\s+/u)
      .filter(Boolean)
      .map(word => ({ word, style })),
  );
  let [next, at] = [0, 0];
  const styled = (line: string): string =>
    line
      .split(' ')
      .map(piece => {
        const { word, style } = words[next]!;
        at += piece.length;
        if (at >= word.length) [next, at] = [next + 1, 0];
        return style(piece);
      })
      .join(' ');
  const lines = wrap(words.map(({ word }) => word).join(' '), columns - indent);
  const margin = ' '.repeat(indent);
  const first = nameStyle(name) + ' '.repeat(Math.max(1, indent - stringWidth(name)));
  return lines.length === 0
    ? [nameStyle(name)]
    : lines.map((line, index) => (index === 0 ? first : margin) + styled(line));
}
