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

  it('should list every event of a conversation, and no other', () => {
    const source = readFileSync(join(root, 'lib/conversation/events.ts'), 'utf8');
    const types = [...source.matchAll(/readonly type: '([\w.]+)'/gu)].map(match => match[1]!);
    const [, section = ''] = /### Events\n([^#]*)/u.exec(readme) ?? [];
    const listed = new Set([...section.matchAll(/`((?:user|bot|turn|call)\.\w+)/gu)].map(match => match[1]!));
    expect([...listed].sort()).toEqual([...new Set(types)].sort());
  });

  it('should say how to test with Jest, and which Node.js a configuration in TypeScript needs', () => {
    expect(readme).toContain('NODE_OPTIONS=--experimental-vm-modules npx jest');
    expect(readme).toContain('TypeScript needs Node 22.18');
  });
});
