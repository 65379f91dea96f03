import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('should have the public API that docs/api.md reports (npm run api writes it)', async () => {
  const { apiReport } = (await import('../scripts/api.js')) as { apiReport: () => string };
  expect(apiReport()).toBe(readFileSync(join(import.meta.dirname, '../docs/api.md'), 'utf8'));
});
