import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * How npm is run with these arguments, without a shell, which would take paths apart at their spaces and read commands
 * into them. On Windows `npm` is a batch file that only a shell can run: its program is run by Node.js instead.
 *
 * @param platform `process.platform`
 * @param node the path of Node.js
 * @param exists whether there is a file
 */
export function npmCommand(
  args: readonly string[],
  {
    platform = process.platform,
    node = process.execPath,
    variables = process.env,
    exists = existsSync,
  }: {
    readonly platform?: NodeJS.Platform;
    readonly node?: string;
    readonly variables?: Readonly<Record<string, string | undefined>>;
    readonly exists?: (path: string) => boolean;
  } = {},
): { readonly file: string; readonly args: readonly string[] } {
  if (platform !== 'win32') return { file: 'npm', args };
  const program = [
    // Set where npm itself runs the program; it may be another package manager.
    ...(/npm-cli\.c?js$/u.test(variables['npm_execpath'] ?? '') ? [variables['npm_execpath']!] : []),
    join(dirname(node), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    ...(variables['APPDATA'] === undefined
      ? []
      : [join(variables['APPDATA'], 'npm', 'node_modules', 'npm', 'bin', 'npm-cli.js')]),
  ].find(exists);
  // Without it `spawn` reports that npm is not found.
  return program === undefined ? { file: 'npm', args } : { file: node, args: [program, ...args] };
}
