import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defer, fromEvent, map, merge, type Observable, of, share, take } from 'rxjs';
import { backendError, type FoundBackend, libraryFolder } from './backends.ts';
import { hostEnvironment } from './hostEnvironment.ts';
import type { HostMessage, HostRequest } from './protocol.ts';

/** The host's program is in this folder, in the sources as in the package. */
const program = fileURLToPath(new URL('./host/main.js', import.meta.url));

/** How much of a host's output is kept, characters. */
const logLength = 4_000;

/** A process for one device: see `host/main.js`. */
export interface AudioHost {
  readonly backend: FoundBackend;
  /** Messages of the host; errors when it ends, or if it has already ended. */
  readonly message$: Observable<HostMessage>;
  /** Completes when it has ended. */
  readonly gone$: Observable<unknown>;
  /** Whether it has ended. */
  readonly gone: boolean;
  send(request: HostRequest): void;
  /** Ends it at once; a loudspeaker is silent within milliseconds. */
  kill(): void;
}

/** Starts a host for a backend: about 70 ms until it answers, and 45 MB. */
export function forkHost(backend: FoundBackend): AudioHost {
  const libraries = libraryFolder(backend);
  const child = fork(program, [backend.name, backend.path ?? ''], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // naudiodon's crash handler writes a file into it.
    cwd: tmpdir(),
    execArgv: [],
    // A group of its own: Ctrl-C is for the program alone, and processes that the host starts end with it.
    detached: process.platform !== 'win32',
    env: {
      ...hostEnvironment(),
      // Every stream of naudiodon holds a thread of the pool.
      UV_THREADPOOL_SIZE: '8',
      ...(libraries && {
        LD_LIBRARY_PATH: [libraries, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
      }),
    },
  });
  // C libraries may print anything; it is shown only with an error.
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-logLength)));
  let gone = false;
  child.once('exit', () => (gone = true));
  // An unhandled 'error' would end the program: the channel may close while something is sent.
  child.on('error', () => (gone ||= child.pid === undefined));

  const over = (): never => {
    throw backendError(backend.name, 'crashed', `its process ended (${endOf(child)})`, new Error(log.trim()));
  };
  const exit$ = merge(fromEvent(child, 'exit'), fromEvent(child, 'error')).pipe(take(1));
  return {
    backend,
    message$: defer(() =>
      merge(
        // The event has a second argument, so that without a selector this would emit pairs.
        fromEvent(child, 'message', (message: HostMessage) => message),
        (gone ? of(undefined) : exit$).pipe(map(over)),
      ),
    ).pipe(share()),
    gone$: defer(() => (gone ? of(undefined) : exit$)),
    get gone() {
      return gone;
    },
    send: request => {
      if (child.connected) child.send(request);
    },
    kill: () => {
      if (gone) return;
      kill(child);
      // Its end is not waited for: a program that has nothing else to do may go.
      child.unref();
      child.channel?.unref();
    },
  };
}

/** Ends a process and, where it leads a group, those that it has started. */
function kill(child: ChildProcess): void {
  try {
    if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It had no time yet to become the leader of a group.
  }
  child.kill('SIGKILL');
}

const endOf = ({ signalCode, exitCode }: ChildProcess): string =>
  signalCode ?? (exitCode === null ? 'it could not be started' : `exit code ${exitCode}`);
