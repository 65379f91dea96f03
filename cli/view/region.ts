import stringWidth from 'string-width';

/** The last lines of a terminal, redrawn in place. */
export interface Region {
  /** Shows these lines in place of the previous ones. */
  draw(lines: readonly string[]): void;
  /** Removes them; the next output stands in their place. */
  clear(): void;
}

const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';
const endOfLine = '\u001B[K';
const endOfScreen = '\u001B[J';

/**
 * A region on a terminal. Nothing is written when nothing changed, and a line is overwritten rather than erased, so that
 * it doesn't flicker. A terminal that was made narrower has wrapped lines that no longer fit: the cursor goes back by the
 * added rows.
 */
export function region(stream: NodeJS.WriteStream): Region {
  let shown: readonly string[] = [];
  let shownColumns = 0;

  /** To the beginning of the region, from the beginning of its last line. */
  const back = (): string => {
    const columns = Math.max(1, columnsOf(stream));
    const rows = shown
      .slice(0, -1)
      .reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
    return rows > 0 ? `\r\u001B[${rows}A` : '\r';
  };
  const restore = (): void => void stream.write(showCursor);
  return {
    draw: lines => {
      if (lines.length === 0) return;
      const columns = columnsOf(stream);
      if (
        columns === shownColumns &&
        lines.length === shown.length &&
        lines.every((line, at) => line === shown[at])
      )
        return;
      if (shown.length === 0) process.on('exit', restore);
      const start = shown.length === 0 ? hideCursor : back() + (columns === shownColumns ? '' : endOfScreen);
      // The cursor waits at the beginning of the last line, where the echo of a key (^C) wraps no line.
      stream.write(`${start}${lines.map(line => line + endOfLine).join('\r\n')}${endOfScreen}\r`);
      [shown, shownColumns] = [lines, columns];
    },
    clear: () => {
      if (shown.length === 0) return;
      stream.write(back() + endOfScreen + showCursor);
      process.off('exit', restore);
      shown = [];
    },
  };
}

/** Read each time: `stream.columns` is updated by a signal that arrives shortly after the lines were wrapped. */
const columnsOf = (stream: NodeJS.WriteStream): number => stream.getWindowSize()[0];
