// Bundles rxvoice/browser: the audio worklet into a text, that text into the module for bundlers (which leaves rxjs to
// them) and into one file for a script tag. Types are tsc's.
import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const common = { bundle: true, minify: true, target: 'es2022', legalComments: 'none' };
/** RxJS and tslib are part of the one file: their licences ask for this notice. */
const banner = {
  js: '/*! rxvoice (MIT). With RxJS (Apache-2.0, Google Inc., Netflix Inc. and others) and tslib (0BSD, Microsoft): see THIRD_PARTY_LICENSES.md */',
};
const folder = 'dist/lib/browser';

const worklet = { ...common, entryPoints: ['lib/browser/worklet/processors.ts'], format: 'iife' };
await build({ ...worklet, outfile: `${folder}/worklet.js` });
const { outputFiles } = await build({ ...worklet, write: false });

const library = {
  ...common,
  entryPoints: ['lib/browser/index.ts'],
  define: { __WORKLET__: JSON.stringify(outputFiles[0].text) },
};
await build({ ...library, format: 'esm', external: ['rxjs'], outfile: `${folder}/index.js` });
await build({
  ...library,
  format: 'iife',
  globalName: 'rxvoice',
  banner,
  outfile: `${folder}/rxvoice.global.js`,
});

// For the script tag's global, and for bundlers that are asked for the worklet's address only.
writeFileSync(`${folder}/rxvoice.global.d.ts`, "export * from './index.js';\nexport as namespace rxvoice;\n");
writeFileSync(`${folder}/worklet.d.ts`, 'export {};\n');
