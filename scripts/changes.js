// Collects the change files of `.changeset` into CHANGELOG.md; .changeset/README.md describes them.
//   node scripts/changes.js             prints the next version and its changes
//   node scripts/changes.js --release   writes CHANGELOG.md and package.json, and removes the files
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseChange, release } from './changelog.js';

const path = name => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = name => readFileSync(path(name), 'utf8');

const run = () => {
  const names = readdirSync(path('.changeset')).filter(name => name.endsWith('.md') && name !== 'README.md');
  const changes = names.map(name => parseChange(name, read(`.changeset/${name}`)));
  const { version: current } = JSON.parse(read('package.json'));
  const { version, changelog } = release({ version: current, changelog: read('CHANGELOG.md'), changes });

  console.log(version);
  for (const { bump, text } of changes) console.log(`${bump}: ${text}`);
  if (!process.argv.includes('--release')) return;
  const lock = JSON.parse(read('package-lock.json'));
  lock.version = lock.packages[''].version = version;
  writeFileSync(path('CHANGELOG.md'), changelog);
  writeFileSync(
    path('package.json'),
    read('package.json').replace(`"version": "${current}"`, `"version": "${version}"`),
  );
  writeFileSync(path('package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
  for (const name of names) rmSync(path(`.changeset/${name}`));
};

try {
  run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
