// Copies files that are not TypeScript unchanged.
import { cpSync, writeFileSync } from 'node:fs';

cpSync('cli/demo/clips', 'dist/cli/demo/clips', { recursive: true });
cpSync('lib/server/page', 'dist/lib/server/page', { recursive: true });

// That everything was built, and when: see buildIfStale.js.
writeFileSync('dist/.built', '');
