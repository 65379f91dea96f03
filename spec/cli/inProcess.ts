import { vi } from 'vitest';
import { rxvoice } from '../../cli/rxvoice.ts';

/** Output of a command line, and how it ended. */
export interface InProcessRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a command line in this process, from the sources: for commands that end before anything is loaded. A process of
 * its own takes most of a second on a busy machine.
 */
export async function inProcess(
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>> = {},
): Promise<InProcessRun> {
  const texts = { out: '', err: '' };
  const capture = (name: 'out' | 'err') => (chunk: string | Uint8Array) => {
    texts[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(capture('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(capture('err')),
  ];
  const before = process.exitCode;
  for (const [name, value] of Object.entries({
    NO_COLOR: '1',
    OPENAI_API_KEY: undefined,
    OPENAI_BASE_URL: undefined,
    ...variables,
  }))
    vi.stubEnv(name, value);
  try {
    process.exitCode = undefined;
    await rxvoice(args);
    return { code: exitCode(), ...texts };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}

/** Read by a function: the compiler would assume the assigned value. */
const exitCode = (): number => Number(process.exitCode ?? 0);
