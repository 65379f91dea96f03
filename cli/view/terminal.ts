import { createLogUpdate } from 'log-update';

/** Where text for a person goes: lines that stay, and one region that is drawn anew, where there is a terminal. */
export interface Terminal {
  readonly columns: number;
  /** Prints lines that stay. */
  line(text: string): void;
  /** Draws the live region, in place of what was there. */
  live(text: string): void;
  /** Empties the live region. */
  clear(): void;
  /** Tells how something loads. */
  progress(what: string, share: number): void;
}

/** What loads faster than this needs no words where they would stay, ms. */
const patienceMs = 2_000;

/** A terminal on a stream; on a file or a pipe only the lines that stay are written, and no control characters. */
export function terminal(
  stream: NodeJS.WriteStream = process.stdout,
  errors: NodeJS.WriteStream = process.stderr,
): Terminal {
  const region = stream.isTTY ? createLogUpdate(stream, { showCursor: true }) : undefined;
  const loading = new Map<string, number>();
  const since = new Map<string, number>();
  return {
    get columns() {
      return Math.max(40, stream.isTTY ? stream.columns : 100);
    },
    line: text => {
      region?.clear();
      stream.write(`${text}\n`);
    },
    live: text => region?.(text),
    clear: () => region?.clear(),
    progress: (what, share) => {
      if (!since.has(what)) since.set(what, performance.now());
      loading.set(what, share);
      if (region) region([...loading].map(([name, part]) => bar(name, part)).join('\n'));
      else if (share >= 1 && performance.now() - since.get(what)! > patienceMs)
        errors.write(`${what}: ready\n`);
    },
  };
}

const bar = (name: string, share: number): string => {
  const width = 20;
  const full = Math.round(share * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${String(Math.round(share * 100)).padStart(3)} % ${name}`;
};
