import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  readonly bin: Record<string, string>;
  readonly scripts: Record<string, string>;
};
const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  }),
) as [{ readonly files: readonly { readonly path: string }[] }];
const files = new Set(packed.files.map(({ path }) => path));

describe('the package', () => {
  it.each(['preinstall', 'install', 'postinstall', 'prepare'])(
    'should have no script that npm would warn of when its tarball is installed: %s',
    name => {
      expect(manifest.scripts[name]).toBeUndefined();
    },
  );

  it('should be built before it is packed, and after npm ci', () => {
    const native = JSON.parse(read('native/package.json')) as { readonly scripts: Record<string, string> };
    expect(manifest.scripts['prepack']).toBe('npm run build');
    expect(native.scripts['prepare']).toContain('npm run build');
  });

  it('should have the files that its README and its DESIGN lead to', () => {
    for (const document of ['README.md', 'DESIGN.md']) {
      const links = [...read(document).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/gu)].map(
        match => match[1]!,
      );
      expect(links.length).toBeGreaterThan(0);
      expect(links.filter(link => !files.has(link))).toEqual([]);
    }
    for (const path of [...Object.values(manifest.bin), 'examples/scenarios/an-interruption.json'])
      expect(files).toContain(path.replace(/^\.\//u, ''));
  });

  it("should have none of the compiler's notes, and no sources but those that it documents", () => {
    const strange = [...files].filter(path =>
      /tsbuildinfo|\.built$|^(?:spec|bench|scripts|cli)\//u.test(path),
    );
    expect(strange).toEqual([]);
    expect([...files].filter(path => path.startsWith('lib/'))).toEqual(['lib/server/PROTOCOL.md']);
  });
});
