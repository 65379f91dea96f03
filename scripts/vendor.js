// Bundles the packages that only the CLI and the model store need into dist/vendor, so that npm installs none of them
// with rxvoice. They are devDependencies; scripts/licences.js notes their licences.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { vendored } from './vendored.js';

const folder = 'dist/vendor';
rmSync(folder, { recursive: true, force: true });
await build({
  entryPoints: [...vendored],
  outdir: folder,
  entryNames: '[name]',
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  // jsonc-parser's UMD form can't be bundled, and its modules have no default export, which Node gives the UMD form.
  mainFields: ['module', 'main'],
  plugins: [
    {
      name: 'default export',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^jsonc-parser$/ }, ({ path, kind }) =>
          kind === 'entry-point' ? { path, namespace: 'default' } : undefined,
        );
        onLoad({ filter: /./, namespace: 'default' }, ({ path }) => ({
          contents: `import * as all from '${path}'; export default all;`,
          resolveDir: process.cwd(),
        }));
      },
    },
  ],
  // The packages in CommonJS require modules of Node's.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
});

const imported = new RegExp(`(\\bfrom |\\bimport\\()'(${vendored.join('|')})'`, 'gu');
for (const place of ['dist/cli', 'dist/lib/providers/local'])
  for (const name of readdirSync(place, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue;
    const file = join(place, name);
    const source = readFileSync(file, 'utf8');
    const to = relative(dirname(file), folder).replaceAll('\\', '/');
    const led = source.replaceAll(imported, (_, before, from) => `${before}'${to}/${from}.js'`);
    if (led !== source) writeFileSync(file, led);
  }
