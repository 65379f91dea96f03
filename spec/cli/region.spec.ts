import xterm from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { region } from '../../cli/view/region.ts';

interface Hidden {
  readonly _core: { readonly coreService: { readonly isCursorHidden: boolean } };
}

/** A real terminal's emulator, and a region on it. */
function screen(columns: number, rows = 12) {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 50 });
  let written = 0;
  const stream = {
    isTTY: true,
    getWindowSize: () => [terminal.cols, terminal.rows],
    write: (text: string) => {
      written += text.length;
      terminal.write(text);
      return true;
    },
  } as unknown as NodeJS.WriteStream;
  const settled = (): Promise<void> => new Promise(resolve => terminal.write('', resolve));
  return {
    stream,
    live: region(stream),
    written: () => written,
    resize: async (to: number) => {
      await settled();
      terminal.resize(to, rows);
    },
    /** All lines, also those that were scrolled away; without the empty ones at the end. */
    lines: async () => {
      await settled();
      const { active } = terminal.buffer;
      const all = Array.from({ length: active.length }, (_, row) =>
        active.getLine(row)!.translateToString(true),
      );
      return all.join('\n').trimEnd().split('\n');
    },
    cursorShown: () => !(terminal as unknown as Hidden)._core.coreService.isCursorHidden,
  };
}

describe('the live region of a terminal', () => {
  it('should be drawn in place, under the lines that stay', async () => {
    const { stream, live, lines } = screen(40);
    live.draw(['one', 'two', 'three']);
    live.draw(['uno', 'due']);
    expect(await lines()).toEqual(['uno', 'due']);
    live.clear();
    stream.write('stays\r\n');
    live.draw(['tre']);
    expect(await lines()).toEqual(['stays', 'tre']);
  });

  it('should write nothing when nothing changed', () => {
    const { live, written } = screen(40);
    live.draw(['one', 'two']);
    const before = written();
    live.draw(['one', 'two']);
    expect(written()).toBe(before);
  });

  it('should stay whole when the terminal becomes narrower and wider', async () => {
    const { stream, live, lines, resize } = screen(60);
    stream.write('stays\r\n');
    for (const columns of [60, 40, 59, 21, 60, 30]) {
      await resize(columns);
      live.draw(['a'.repeat(columns - 1), '', 'b'.repeat(columns - 1), 'c']);
      expect(await lines()).toEqual(['stays', 'a'.repeat(columns - 1), '', 'b'.repeat(columns - 1), 'c']);
    }
    live.clear();
    expect(await lines()).toEqual(['stays']);
  });

  it('should leave no line behind where the terminal echoes a key, such as ^C', async () => {
    for (const width of [1, 18, 19]) {
      const { stream, live, lines } = screen(20);
      stream.write('stays\r\n');
      live.draw(['one', 'b'.repeat(width)]);
      stream.write('^C');
      live.draw(['two', 'c'.repeat(width)]);
      stream.write('^C^C');
      live.clear();
      expect(await lines()).toEqual(['stays']);
    }
  });

  it('should hide the cursor only while it is there', async () => {
    const { live, lines, cursorShown } = screen(40);
    live.draw(['one']);
    await lines();
    expect(cursorShown()).toBe(false);
    live.clear();
    await lines();
    expect(cursorShown()).toBe(true);
  });
});
