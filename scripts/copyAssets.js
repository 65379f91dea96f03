// What is no TypeScript goes along as it is.
import { cpSync, writeFileSync } from 'node:fs';

cpSync('cli/demo/clips', 'dist/cli/demo/clips', { recursive: true });
cpSync('lib/server/page', 'dist/lib/server/page', { recursive: true });

// That everything was built, and when: see buildIfStale.js.
writeFileSync('dist/.built', '');
