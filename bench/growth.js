// Measures how the time of every function that takes text from outside grows with the text, and fails where it grows
// faster than the text: npm run growth [-- characters] [patterns] [seed]
import { exponentOf, inputs } from '../spec/growth/growth.js';
import { growthFunctions } from '../spec/growth/functions.js';

const [length = 100_000, patterns = 150, seed = 1] = process.argv.slice(2).map(Number);
const limit = 1.2;
const functions = await growthFunctions(path => import(`../dist/lib/${path}.js`));
const tried = inputs(patterns, seed);
const rows = [];

for (const [name, call] of Object.entries(functions)) {
  let worst = { exponent: 0, ms: 0, input: '' };
  let slowest = 0;
  for (const { name: input, text } of tried) {
    // A small size finds the candidates: what is cubic would take hours at the full one.
    const small = exponentOf(call, text, Math.min(length, 4_000), 5);
    let found = small;
    if (small.ms * (length / 4_000) < 60_000 && small.exponent < 1.8)
      found = exponentOf(call, text, length, 40);
    // Once more before it counts: a garbage collection or a compilation may have come between.
    for (let again = 0; again < 2 && found.exponent > limit; again++) {
      const repeatedly = exponentOf(call, text, found === small ? Math.min(length, 4_000) : length, 0);
      if (repeatedly.exponent < found.exponent) found = repeatedly;
    }
    if (found.exponent > worst.exponent) worst = { ...found, input };
    slowest = Math.max(slowest, found.ms);
  }
  rows.push({
    function: name,
    exponent: Number(worst.exponent.toFixed(2)),
    slowestMs: Math.round(slowest),
    input: worst.input.slice(0, 60),
  });
  console.error(`${name}: ${worst.exponent.toFixed(2)}, at most ${Math.round(slowest)} ms`);
}

console.table(rows);
const failed = rows.filter(({ exponent }) => exponent > limit);
if (failed.length > 0) {
  console.error(`Grows faster than its input: ${failed.map(row => row.function).join(', ')}.`);
  process.exitCode = 1;
}
