import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A program in a real terminal. */
export interface Screen {
  /** The screen and its scrollback, without the empty lines at the end. */
  text(): string;
  /** The screen, once it is as expected; on a timeout the error shows it. */
  until(expected: RegExp, withinMs?: number): Promise<string>;
  press(...keys: string[]): void;
  resize(columns: number, rows: number): void;
  /** The program's process. */
  pid(): number;
  /** The exit code, when the program has ended; 128 and the signal's number when a signal ended it. */
  exit(withinMs?: number): Promise<number>;
  /** Ends the terminal, and the program with it. */
  close(): void;
}

/** Why there can be no terminal on this machine; nothing where there can. */
export function whyNoTmux(): string | undefined {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'tmux not found; on Debian and Ubuntu: apt-get install tmux';
  }
}

/** Starts a program in a terminal of its own, with nothing of the user's settings. */
export function tmux(
  command: readonly string[],
  { columns = 80, rows = 24, env = {} }: { columns?: number; rows?: number; env?: NodeJS.ProcessEnv } = {},
): Screen {
  const folder = mkdtempSync(join(tmpdir(), 'rxvoice-tmux-'));
  const call = (...args: string[]): string =>
    execFileSync('tmux', ['-S', join(folder, 'socket'), '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...env, TERM: 'screen-256color', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  call('new-session', '-d', '-x', String(columns), '-y', String(rows), 'sleep 3600');
  call('set-option', '-g', 'remain-on-exit', 'on');
  call('set-option', '-g', 'status', 'off');
  call('resize-window', '-x', String(columns), '-y', String(rows));
  // The shell writes down how the program ended: tmux 3.3 forgets it when the terminal is closed before it is notified.
  const ended = join(folder, 'ended');
  call('respawn-pane', '-k', `${command.map(quoted).join(' ')}; echo $? > ${quoted(ended)}`);

  const text = (): string => call('capture-pane', '-p', '-S', '-').trimEnd();
  const polled = async <Value>(
    look: () => Value | undefined,
    withinMs: number,
    what: string,
  ): Promise<Value> => {
    for (const deadline = performance.now() + withinMs; ; await wait(50)) {
      const value = look();
      if (value !== undefined) return value;
      if (performance.now() > deadline) throw new Error(`${what}; the screen:\n${text()}`);
    }
  };
  return {
    text,
    until: (expected, withinMs = 20_000) =>
      polled(() => [text()].find(now => expected.test(now)), withinMs, `There is no ${String(expected)}`),
    press: (...keys) => void call('send-keys', ...keys),
    resize: (to, high) => void call('resize-window', '-x', String(to), '-y', String(high)),
    pid: () => {
      const shell = call('list-panes', '-F', '#{pane_pid}').trim();
      return Number(execFileSync('ps', ['-o', 'pid=', '--ppid', shell], { encoding: 'utf8' }));
    },
    exit: (withinMs = 5_000) =>
      polled(
        () => {
          const code = existsSync(ended) ? readFileSync(ended, 'utf8').trim() : '';
          return code === '' ? undefined : Number(code);
        },
        withinMs,
        'It does not end',
      ),
    close: () => {
      call('kill-server');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
