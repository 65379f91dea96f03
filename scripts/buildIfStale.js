// Builds unless the build is newer than all that it is made of: `npm ci` has built already.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const madeOf = ['lib', 'cli', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json'];
const results = [
  'dist/cli/main.js',
  'dist/lib/index.js',
  'dist/lib/browser/rxvoice.global.js',
  'dist/cli/demo/clips',
  'dist/lib/server/page',
];

/** When something in here was last changed. */
const newest = path => {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map(name => newest(join(path, name))));
};
// The compiler's note is rewritten by each build, also where no output changed.
const stamp = 'dist/.built';
const isFresh =
  existsSync(stamp) && results.every(existsSync) && statSync(stamp).mtimeMs > Math.max(...madeOf.map(newest));
if (!isFresh) process.exitCode = spawnSync('npm run build', { stdio: 'inherit', shell: true }).status ?? 1;
