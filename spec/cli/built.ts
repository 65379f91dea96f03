import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

// The CLI as its users run it: built, as a process of its own.
export const root = join(import.meta.dirname, '../..');

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export function rxvoice(
  args: readonly string[],
  watch: (child: ChildProcess, out: string) => void = () => undefined,
  variables: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const none = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };
  const env = { ...process.env, NO_COLOR: '1', ...none, ...variables };
  const child = spawn(process.execPath, [join(root, 'dist/cli/main.js'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    watch(child, out);
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise(resolve => child.on('close', code => resolve({ code, out, err })));
}
