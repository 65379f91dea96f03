// What is no TypeScript goes along as it is.
import { cpSync } from 'node:fs';

cpSync('cli/demo/clips', 'dist/cli/demo/clips', { recursive: true });
cpSync('lib/server/page', 'dist/lib/server/page', { recursive: true });
