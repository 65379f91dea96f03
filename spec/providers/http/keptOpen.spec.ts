import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('should leave the connections of the global fetch to Node', () => {
  const file = join(import.meta.dirname, '../../../dist/lib/providers/http/keptOpen.js');
  const program = `
    import { createRequire } from 'node:module';
    import { keptOpen } from ${JSON.stringify(file)};
    keptOpen();
    const { Agent } = createRequire(${JSON.stringify(file)})('undici');
    console.log(globalThis[Symbol.for('undici.globalDispatcher.1')] instanceof Agent);
  `;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  expect(printed.trim()).toBe('false');
});
