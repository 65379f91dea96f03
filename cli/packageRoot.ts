import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of this package: that of its `package.json`, one level up in the sources and two in the build. */
export const packageRoot: string = fileURLToPath(
  ['../', '../../']
    .map(up => new URL(up, import.meta.url))
    .find(folder => existsSync(new URL('package.json', folder)))!,
);
