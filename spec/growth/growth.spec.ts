import { describe, expect, it } from 'vitest';
import { growthFunctions } from './functions.js';
import { cpuOf, inputs } from './growth.js';

const load = (path: string): Promise<unknown> =>
  import(/* @vite-ignore */ new URL(`../../lib/${path}.ts`, import.meta.url).href);
const functions = (await growthFunctions(load)) as Record<string, (text: string) => unknown>;
const tried = inputs(12, 7) as { name: string; text: (length: number) => string }[];

describe('what takes text from outside', () => {
  // The bench measures exponents. Here a bound does that no linear function comes near and any cubic one breaks.
  it.each(Object.entries(functions))('should not freeze with 1,000 characters of anything: %s', (_, call) => {
    const slow = tried
      .map(({ name, text }) => ({ name, ms: cpuOf(() => call(text(1_000)), 1) as number }))
      .filter(({ ms }) => ms > 500);
    expect(slow).toEqual([]);
  });
});
