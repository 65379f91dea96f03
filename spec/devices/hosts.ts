import { execFileSync } from 'node:child_process';
import { filter, firstValueFrom, interval, map, startWith, timeout } from 'rxjs';

/** The output of `ps`; empty when it finds no process. */
function ps(...args: string[]): string[] {
  try {
    return execFileSync('ps', ['-o', 'pid=,stat=,args=', ...args], { encoding: 'utf8' })
      .trim()
      .split('\n');
  } catch {
    return [];
  }
}

const isHost = (line: string): boolean => line.includes('devices/host/main.js');

/** The audio hosts of a process. */
export const hostsOf = (pid: number): string[] =>
  ps('--ppid', String(pid))
    .filter(isHost)
    .map(line => line.trim().split(/\s+/u)[0]!);

/** Waits until there are none of these hosts, this process's own by default, any more. */
export const noHosts = (pids?: readonly string[]): Promise<number> =>
  firstValueFrom(
    interval(10).pipe(
      startWith(0),
      map(() => (pids ? ps('-p', pids.join(',')).filter(isHost) : hostsOf(process.pid)).length),
      filter(count => count === 0),
      timeout(5_000),
    ),
  );
