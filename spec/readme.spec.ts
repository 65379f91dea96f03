import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The examples that the README shows, type-checked and linted as files of their own. */
describe('the README', () => {
  it.each(readdirSync(join(root, 'examples')).filter(file => file.endsWith('.ts')))(
    'should show examples/%s as it is',
    file => {
      const source = readFileSync(join(root, 'examples', file), 'utf8').trim();
      expect(readme).toContain(`<!-- examples/${file} -->\n\n\`\`\`ts\n${source}\n\`\`\``);
    },
  );
});
