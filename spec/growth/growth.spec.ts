import { describe, expect, it } from 'vitest';
// @ts-expect-error plain JavaScript, which the bench runs without a build of its own
import { growthFunctions } from './functions.js';
// @ts-expect-error plain JavaScript, which the bench runs without a build of its own
import { cpuOf, inputs } from './growth.js';

const load = (path: string): Promise<unknown> => import(`../../lib/${path}.ts`);
const functions = (await growthFunctions(load)) as Record<string, (text: string) => unknown>;
const tried = inputs(20, 7) as { name: string; text: (length: number) => string }[];

describe('what takes text from outside', () => {
  // The bench measures exponents. Here a bound does that no linear function comes near and any cubic one breaks.
  it.each(Object.entries(functions))('should not freeze with 6,000 characters of anything: %s', (_, call) => {
    const slow = tried
      .map(({ name, text }) => ({ name, ms: cpuOf(() => call(text(6_000)), 1) as number }))
      .filter(({ ms }) => ms > 1_500);
    expect(slow).toEqual([]);
  });
});
