import { describe, expect, it } from 'vitest';
import { growthFunctions } from './functions.js';
import { cpuOf, exponentOf, fewInputs, growthOf, inputs } from './growth.js';

const functions = await growthFunctions(
  path => import(/* @vite-ignore */ new URL(`../../${path}.ts`, import.meta.url).href) as Promise<unknown>,
);
const lengths = [1_000, 8_000];
/** For functions that are too quick to be measured at those. */
const longer = [20_000, 80_000];
/**
 * For functions that look bad at those. V8 keeps an array of more than 16,384 elements in another space, where each
 * element costs up to ten times as much: a list of words, say, of about 70,000 characters. Both lengths are above.
 */
const longest = [100_000, 400_000];
/** A quadratic function has 2, a linear one about 1; the rest allows for a busy machine. `npm run growth` allows 1.2. */
const limit = 1.6;
/** CPU time below which a function that may be quadratic is harmless, ms for 100,000 characters: that of `npm run growth`. */
const harmlessMs = 10;
/** The time of a quadratic function that takes the harmless time for 100,000 characters. */
const harmless = (length: number): number => harmlessMs * (length / 100_000) ** 2;
/** Slower by RxJS's time for a token; their parts are in the list without that. */
const slow = / by token|many turns/u;

describe('the measure of growth', () => {
  it('should take the best line through its points', () => {
    const points = (exponent: number): [number, number][] => [1, 2, 4, 8].map(x => [x, 3 * x ** exponent]);
    expect(exponentOf(points(1))).toBeCloseTo(1);
    expect(exponentOf(points(2))).toBeCloseTo(2);
  });

  it('should find what is quadratic, and give up on what takes too long', () => {
    const [input] = fewInputs();
    const quadratic = (text: string): number => {
      let count = 0;
      for (const one of text) for (const other of text) count += one === other ? 1 : 0;
      return count;
    };
    const how = { leastMs: 5, runs: 2 };
    expect(growthOf(quadratic, input!, [1_000, 2_000, 4_000], how).exponent).toBeGreaterThan(limit);
    expect(growthOf(quadratic, input!, [500, 50_000], { ...how, mostMs: 1 }).exponent).toBe(Infinity);
  });

  it('should try the same inputs for the same seed, each of the length that is asked for', () => {
    const texts = (seed: number) => inputs(6, seed).map(({ text }) => text(50));
    expect(texts(3)).toEqual(texts(3));
    expect(texts(3)).not.toEqual(texts(4));
    expect(fewInputs().map(({ text }) => text(50).length)).toEqual(fewInputs().map(() => 50));
  });
});

describe('what takes text from outside', () => {
  it.each(Object.entries(functions).filter(([name]) => !slow.test(name)))(
    'should not take time with the square of its length: %s',
    (_, call) => {
      const few = fewInputs();
      cpuOf(() => few.forEach(({ text }) => call(text(200))), 10, 1); // compiled
      const grows = few
        .map(input => {
          const measure = (lengths: readonly number[], how: { leastMs: number; runs: number }) => {
            const growth = growthOf(call, input, lengths, how);
            return { ...growth, isBad: growth.ms > harmless(lengths.at(-1)!) && growth.exponent > limit };
          };
          const first = growthOf(call, input, lengths, { leastMs: 0, runs: 1 });
          const tried = first.ms > 1.5 ? lengths : longer;
          let found = measure(tried, { leastMs: 0, runs: 1 });
          // Once more before it counts: a collection of garbage or a compilation may have come between.
          for (let again = 0; again < 3 && found.isBad; again += 1)
            found = measure(again === 0 ? tried : longest, { leastMs: 10, runs: 2 });
          return found;
        })
        .filter(({ isBad }) => isBad);
      expect(grows).toEqual([]);
    },
  );
});
