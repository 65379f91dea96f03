// Many random conversations: `npm run random -- --runs 10000 --seed 1`. A failure is reported with its seed, its path and
// the smallest conversation that shows it. Each processor has its share, with a seed of its own.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const shares = Math.min(availableParallelism(), 4);
const startedAt = performance.now();

/** @param {number} share */
const run = share =>
  new Promise(resolve => {
    const env = {
      ...process.env,
      RXVOICE_RANDOM_RUNS: String(Math.ceil(Number(values.runs) / shares)),
      RXVOICE_RANDOM_SEED: String(seed + share),
    };
    const names = [
      'conversation/random',
      'conversation/policies',
      'conversation/randomTools',
      'conversation/randomResponses',
      'conversation/scenarios/commandsToEvents',
      'stt/turns.random',
    ];
    const spec = ['run', ...names.map(name => `spec/${name}.spec.ts`)];
    spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...spec], { stdio: 'inherit', env }).on(
      'exit',
      code => resolve(code ?? 1),
    );
  });

const codes = await Promise.all(Array.from({ length: shares }, (_, share) => run(share)));
const seconds = Math.round((performance.now() - startedAt) / 1000);
console.log(`${values.runs} random conversations, seed ${seed}: ${seconds} s`);
process.exitCode = Math.max(...codes);
