import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../../lib/index.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'rxvoice-init-'));
const bot = join(folder, 'my bot');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (cwd: string, program: string, ...args: string[]): SpawnSyncReturns<string> =>
  spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', OPENAI_API_KEY: '', OPENAI_BASE_URL: '', VITEST: undefined },
  });
const node = (...args: string[]): SpawnSyncReturns<string> => run(bot, process.execPath, ...args);

describe('rxvoice init', () => {
  // The package as it is published, installed with the packages in this project's node_modules.
  const cli = join(folder, 'node_modules/rxvoice/dist/cli/main.js');
  beforeAll(() => {
    const modules = join(folder, 'node_modules');
    mkdirSync(join(modules, 'rxvoice'), { recursive: true });
    for (const name of readdirSync(join(root, 'node_modules')))
      if (name !== 'rxvoice') symlinkSync(join(root, 'node_modules', name), join(modules, name));
    const packed = run(root, 'npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
    const tarball = join(folder, packed.stdout.trim());
    expect(
      run(folder, 'tar', '-xzf', tarball, '--strip-components=1', '-C', join(modules, 'rxvoice')).status,
    ).toBe(0);
    expect(run(folder, process.execPath, cli, 'init', 'my bot').status).toBe(0);
  }, 60_000);

  it('should make a project that depends on this version, under a name npm takes', () => {
    const made = JSON.parse(readFileSync(join(bot, 'package.json'), 'utf8')) as {
      name: string;
      dependencies: Record<string, string>;
      allowScripts: Record<string, boolean>;
    };
    // npm 11 warns of install scripts that are not allowed.
    expect(made.allowScripts).toEqual({ naudiodon: true, 'segfault-handler': true });
    // The model that its .env.example names works without another installation.
    expect(readFileSync(join(bot, '.env.example'), 'utf8')).toContain('OPENAI_API_KEY');
    expect(made.dependencies).toHaveProperty('openai');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect([made.name, made.dependencies['rxvoice']]).toEqual(['my-bot', `^${version}`]);
    expect(readdirSync(bot).sort()).toEqual([
      '.env.example',
      '.gitignore',
      'README.md',
      'package.json',
      'rxvoice.config.js',
      'src',
      'tsconfig.json',
    ]);
  });

  it('should type-check, and pass its test', () => {
    const types = node(join(root, 'node_modules/typescript/bin/tsc'));
    expect([types.stdout, types.status]).toEqual(['', 0]);
    const test = node(join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--dir', 'src');
    expect(test.stdout).toContain('1 passed');
    expect(test.status).toBe(0);
  }, 120_000);

  it('should make one of each kind that type-checks, and passes its tests', () => {
    const kinds = join(folder, 'kinds');
    const packages = { ai: 'ai', langchain: '@langchain/openai', mastra: '@mastra/core', route: 'rxvoice' };
    for (const [llm, name] of Object.entries(packages)) {
      const made = join(kinds, llm);
      const { stderr, status } = run(folder, process.execPath, cli, 'init', made, '--llm', llm);
      expect([stderr, status]).toEqual(['', 0]);
      expect(readFileSync(join(made, 'package.json'), 'utf8')).toContain(`"${name}":`);
      // Of a package that this project does not have, its own part is checked as far as it does without.
      const isThere = name === 'rxvoice' || existsSync(join(root, 'node_modules', name));
      if (!isThere) for (const file of ['model.ts', 'bot.ts', 'bot.spec.ts']) rmSync(join(made, 'src', file));
    }
    // All in one, which takes a fourth of the time.
    const config = { extends: './ai/tsconfig.json', include: ['*/src'] };
    const compilerOptions = { rootDir: '.', noEmit: true, rewriteRelativeImportExtensions: false };
    writeFileSync(
      join(kinds, 'tsconfig.json'),
      JSON.stringify({
        ...config,
        compilerOptions: { ...compilerOptions, allowImportingTsExtensions: true },
      }),
    );
    const types = run(kinds, process.execPath, join(root, 'node_modules/typescript/bin/tsc'));
    expect([types.stdout, types.status]).toEqual(['', 0]);
    const test = run(kinds, process.execPath, join(root, 'node_modules/vitest/vitest.mjs'), 'run');
    expect(test.stdout).toMatch(/Tests.* [6-8] passed/u);
  }, 240_000);

  it('should name the kinds of bots there are', () => {
    const wrong = run(folder, process.execPath, cli, 'init', 'wrong', '--llm', 'else');
    expect([wrong.status, existsSync(join(folder, 'wrong'))]).toEqual([2, false]);
    expect(wrong.stderr).toContain('openai, ai, mastra, langchain, route');
  });

  it('should be a bot that answers by its tool, with nothing at hand', () => {
    const said = node(cli, 'say', 'Are you open on Sunday?', '--voice', 'slt', '--output', 'question.wav');
    expect([said.stderr, said.status]).toEqual(['', 0]);
    const { stdout, status } = node(cli, 'file', 'question.wav', '--json');
    expect(status).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as ConversationEvent);
    expect(events.find(({ type }) => type === 'bot.tool')).toMatchObject({
      name: 'openingHours',
      arguments: '{"day":"Sunday"}',
    });
    expect(events.find(({ type }) => type === 'bot.spoke')).toMatchObject({
      text: 'On Sunday we are closed.',
    });
  }, 120_000);

  it('should replace nothing that is there', () => {
    const before = readFileSync(join(bot, 'src/bot.ts'), 'utf8');
    const again = run(folder, process.execPath, cli, 'init', 'my bot');
    expect(again.status).toBe(2);
    expect(again.stderr).toMatch(/would be replaced: .*src.*package\.json/u);
    expect(readFileSync(join(bot, 'src/bot.ts'), 'utf8')).toBe(before);
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'notes.txt'), 'mine');
    expect(run(folder, process.execPath, cli, 'init', 'other').status).toBe(0);
    expect(readFileSync(join(other, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it.runIf(process.platform !== 'win32').each([
    ['a file', 'package.json', 'linked'],
    ['a folder', 'src', 'linked'],
    ['the project', '', 'linked'],
  ])('should write through no link that leads nowhere: %s', (_, name, target) => {
    const outside = mkdtempSync(join(tmpdir(), 'rxvoice-outside-'));
    const project = join(outside, 'project');
    if (name !== '') mkdirSync(project);
    symlinkSync(join(outside, target), join(project, name));
    const made = run(folder, process.execPath, cli, 'init', project);
    expect(made.status).toBe(2);
    expect(made.stderr).toContain('Name an empty');
    expect(readdirSync(outside)).toEqual(['project']);
    rmSync(outside, { recursive: true });
  });
});
