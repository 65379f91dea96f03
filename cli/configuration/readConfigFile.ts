import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseJson } from '../parseJson.ts';
import { UsageError } from '../usageError.ts';
import { fileError } from '../fileError.ts';

/** Content of a configuration file, unchecked, and its name for a person. */
export interface ConfigFile {
  readonly name: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** The names that are looked for, in this order. */
const endings = ['json', 'js', 'mjs', 'cjs', 'ts', 'mts', 'cts'];
const kinds = endings.map(ending => `.${ending}`).join(', ');
const names = endings.map(ending => `rxvoice.config.${ending}`);
/** Wrong names that a user may have given it. */
const similar =
  /^\.?rxvoice(?:[-_.]?(?:config|conf|rc)(?:\.(?:[cm]?[jt]s|json[c5]?|ya?ml|toml))?|\.(?:json[c5]?|ya?ml|toml))$/iu;

/**
 * Reads the configuration file: JSON with comments, or a module with the configuration as its default export, in which
 * engines may also be functions. `asked` is its path, given by a person; without one it is looked for in the folder, and
 * may be missing.
 */
export async function readConfigFile(folder: string, asked?: string): Promise<ConfigFile | undefined> {
  const path =
    asked === undefined ? names.map(name => join(folder, name)).find(existsSync) : resolve(folder, asked);
  if (path === undefined) return misnamed(folder);
  const name = asked ?? relative(folder, path);
  if (!endings.includes(extname(path).slice(1)))
    throw new UsageError(
      `${name}: a configuration of this kind can't be read. Its name must end in ${kinds}.`,
    );
  const content =
    extname(path) === '.json' ? parseJson(name, textOf(name, path)) : await imported(name, path);
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new UsageError(
      `${name}: there is no configuration in it. Expected an object such as { "stt": { "engine": "local" } }` +
        (extname(path) === '.json' ? '.' : ', as the default export.'),
    );
  return { name, content: content as Record<string, unknown> };
}

/** There is no configuration; one that is called otherwise would be missed in silence. */
function misnamed(folder: string): undefined {
  const other = readdirSync(folder).find(name => similar.test(name));
  if (other !== undefined)
    throw new UsageError(
      `${other}: a configuration of this name is not read. Make it rxvoice.config, with one of the endings ${kinds}; or name it with --config, if it has one of those.`,
    );
}

function textOf(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`${name}: it can't be read${fileError(cause)}`);
  }
}

async function imported(name: string, path: string): Promise<unknown> {
  textOf(name, path);
  try {
    return ((await import(pathToFileURL(path).href)) as { readonly default?: unknown }).default;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? `${name}: Node.js ${process.versions.node} can't load TypeScript. Use 22.18 or newer, or compile it and name the result with --config.`
        : `${name}: it can't be loaded: ${message}${code === 'ERR_MODULE_NOT_FOUND' ? '. Install it, or build it, if it is your own: npm run build' : ''}`,
    );
  }
}
