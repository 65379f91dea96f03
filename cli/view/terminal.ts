import { printable } from '../../lib/text/printable.ts';
import { region } from './region.ts';

/** Where text for a person goes: lines that stay, and, on a terminal, one region that is redrawn. */
export interface Terminal {
  /** Whether it is a screen, which can be drawn on, rather than a file or a pipe. */
  readonly isLive: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Prints lines that stay. */
  line(text: string): void;
  /** Draws the live region, in place of the previous one. */
  live(lines: readonly string[]): void;
  /** Empties the live region. */
  clear(): void;
  /** Shows the progress of loading. */
  progress(what: string, share: number): void;
}

/** Loading that takes less than this is not printed where lines are permanent, ms. */
const patienceMs = 2_000;

/** A terminal on a stream; on a file or a pipe only the lines that stay are written, and no control characters. */
export function terminal(
  stream: NodeJS.WriteStream = process.stdout,
  errors: NodeJS.WriteStream = process.stderr,
): Terminal {
  const isLive = stream.isTTY && process.env['TERM'] !== 'dumb';
  const live = isLive ? region(stream) : undefined;
  const loading = new Map<string, number>();
  const since = new Map<string, number>();
  return {
    isLive,
    get columns() {
      return Math.max(40, stream.isTTY ? stream.getWindowSize()[0] : 100);
    },
    get rows() {
      return stream.isTTY ? stream.getWindowSize()[1] : 24;
    },
    line: text => {
      live?.clear();
      stream.write(`${text}\n`);
    },
    live: lines => live?.draw(lines),
    clear: () => live?.clear(),
    progress: (what, share) => {
      if (!since.has(what)) since.set(what, performance.now());
      loading.set(what, share);
      if (live)
        live.draw(
          [...loading].map(([name, part]) => progressBar(name, part).slice(0, stream.getWindowSize()[0] - 1)),
        );
      else if (share >= 1 && performance.now() - since.get(what)! > patienceMs)
        errors.write(`${printable(what)}: ready\n`);
    },
  };
}

/** How far something has come in loading. */
export const progressBar = (name: string, share: number): string => {
  const width = 20;
  const full = Math.round(share * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${String(Math.round(share * 100)).padStart(3)} % ${printable(name)}`;
};
