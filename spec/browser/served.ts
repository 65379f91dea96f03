import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Network, networkTo } from './network.ts';

/** `rxvoice serve` as it was built, offline, behind a network that can be gone. */
export async function served(
  ...flags: readonly string[]
): Promise<{ readonly network: Network; readonly stop: () => Promise<void> }> {
  const main = join(import.meta.dirname, '../../dist/cli/main.js');
  const server = spawn(process.execPath, [main, 'serve', '--port', '0', ...flags], {
    env: { ...process.env, NO_COLOR: '1', OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  while (!/http:\S+/u.test(out)) out += String((await once(server.stdout, 'data'))[0]);
  const network = await networkTo(/http:\S+/u.exec(out)![0]);
  return {
    network,
    stop: async () => {
      network.close();
      server.kill('SIGTERM');
      expect(await once(server, 'exit')).toEqual([0, null]);
    },
  };
}
