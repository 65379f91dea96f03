import { terminal } from './terminal.ts';
import { wrap } from './wrap.ts';

/**
 * Prints sentences for a person as lines that fit the terminal; a pipe or a file gets them as they are. A line that is
 * indented is a command to copy and stays whole. Use it for lines of ours: it removes no escape sequences.
 */
export function writeSentences(text: string): void {
  const { columns } = terminal();
  const lines = text
    .split('\n')
    .flatMap(line =>
      !process.stdout.isTTY || line.startsWith(' ') || line === '' ? [line] : wrap(line, columns - 1),
    );
  process.stdout.write(`${lines.join('\n')}\n`);
}
