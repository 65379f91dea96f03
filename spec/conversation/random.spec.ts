import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { call } from '../random/call.ts';
import { wrongs } from '../random/laws.ts';
import { found } from '../random/found.ts';
import { plan } from '../random/plan.ts';

// `npm run random -- --runs 10000 --seed 1` for more of them.
const runs = Number(process.env['RXVOICE_RANDOM_RUNS'] ?? 300);
const seed = Number(process.env['RXVOICE_RANDOM_SEED'] ?? 20_261_125);

describe('any conversation', () => {
  it('should obey the laws of a conversation', { timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(plan, planned => {
        expect(wrongs(call(planned), planned)).toEqual([]);
      }),
      { numRuns: runs, seed },
    );
  });

  it.each(Object.entries(found))('should not again have %s', (_, planned) => {
    expect(wrongs(call(planned), planned)).toEqual([]);
  });

  it('should go the same way when it is replayed', { timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(plan, planned => {
        expect(call(planned)).toEqual(call(planned));
      }),
      { numRuns: Math.ceil(runs / 10), seed },
    );
  });
});
