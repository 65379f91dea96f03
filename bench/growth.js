// Measures how the CPU time of every function that takes text from outside grows with the text, and exits with 1 where
// it grows faster than the text: `npm run growth`. Options: --length 100000, --mixtures 9, --seed 1, --only 'trimmed|wrap'.
// The script runs it with a garbage collector in one thread, whose waiting is no function's work.
import { parseArgs } from 'node:util';
import { growthFunctions } from '../spec/growth/functions.js';
import { cpuOf, growthOf, inputs } from '../spec/growth/growth.js';

const { values } = parseArgs({
  options: {
    length: { type: 'string', default: '100000' },
    mixtures: { type: 'string', default: '9' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const length = Number(values.length);
const limit = 1.2;
/** A function that takes less than this at the full length is fast enough, whatever its exponent, and is measured no further, ms. */
const harmlessMs = 10;
/** How many inputs of each function, of those that look worst, are measured with care. */
const candidates = 2;

const functions = await growthFunctions(path => import(`../dist/${path}.js`));
const tried = inputs(Number(values.mixtures), Number(values.seed));
/** The lengths of the first pass; the functions that look worst in it are measured at the longest, too. */
const short = [1 / 64, 1 / 16].map(part => Math.floor(length * part));
const long = [1 / 8, 1].map(part => Math.floor(length * part));
const fine = [1 / 8, 1 / 4, 1 / 2, 1].map(part => Math.floor(length * part));
/**
 * V8 keeps an array of more than 16,384 elements in another space, where each costs up to ten times as much, which looks
 * like growth at the lengths before. All of these are above.
 */
const beyond = [1, 2, 4].map(part => Math.floor(length * part));
const began = performance.now();
const rows = [];

/** The inputs that look worst by this measure. */
const worstOf = (measured, by, most) => [...measured].sort((a, b) => b[by] - a[by]).slice(0, most);

for (const [name, call] of Object.entries(functions).filter(([name]) =>
  new RegExp(values.only, 'u').test(name),
)) {
  cpuOf(() => tried.forEach(({ text }) => call(text(200))), 100, 1); // compiled
  const roughly = lengths => input => ({ ...growthOf(call, input, lengths, { leastMs: 0, runs: 1 }), input });
  const seen = tried.map(roughly(short));
  const looksBad = new Set(
    [...worstOf(seen, 'exponent', 4), ...worstOf(seen, 'ms', 3)].map(({ input }) => input),
  );
  const atLength = [...looksBad].map(roughly(long));
  const slowest = Math.max(...atLength.map(({ ms }) => ms));
  const harmful = atLength.filter(({ ms, exponent }) => ms > harmlessMs || exponent === Infinity);
  const worst = worstOf(harmful, 'exponent', candidates).map(({ input, exponent }) => {
    if (exponent === Infinity) return { exponent, input: input.name };
    const careful = growthOf(call, input, fine, { leastMs: 20, runs: 2 });
    // Once more before it counts: a collection of garbage or a compilation may have come between.
    let best = careful;
    for (let again = 0; again < 3 && best.exponent > limit; again += 1) {
      const lengths = again === 0 ? fine : beyond;
      const next = growthOf(call, input, lengths, { leastMs: 60, runs: 4, mostMs: 8_000 });
      if (next.exponent < best.exponent) best = next;
    }
    return best;
  });
  const [found] = worstOf(worst, 'exponent', 1);
  rows.push({
    function: name,
    exponent: found === undefined ? 'harmless' : Number(found.exponent.toFixed(2)),
    'slowest ms': Number(slowest.toFixed(1)),
    pattern: found?.input.slice(0, 40) ?? '',
  });
  console.error(`${rows.at(-1).exponent}\t${rows.at(-1)['slowest ms']} ms\t${name}\t${rows.at(-1).pattern}`);
}

console.table(rows);
console.log(
  `${tried.length} patterns, ${length} characters, ${Math.round((performance.now() - began) / 1000)} s.`,
);
const failed = rows.filter(({ exponent }) => exponent !== 'harmless' && !(exponent <= limit));
if (failed.length > 0) {
  console.error(`Grows faster than its input: ${failed.map(row => row.function).join(', ')}.`);
  process.exitCode = 1;
}
