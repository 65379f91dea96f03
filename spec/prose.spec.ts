import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findings } from './support/prose.js';

/**
 * Files and folders that are still to be reworded; remove each when it has no finding left.
 * `PROSE=lib/providers npx vitest run spec/prose.spec.ts` prints the findings of one, whether it is listed or not.
 */
const unread: readonly string[] = [];

const root = resolve(import.meta.dirname, '..');
/** Every file that a person reads, but generated ones, data, and the phrases themselves. */
const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter(file => /\.(?:[jt]s|md|html|css)$|^\.ci\/|package\.json$|env\.example$|ignore$/u.test(file))
  .filter(file => !/THIRD_PARTY|cli\/demo\/clips|spec\/(?:prose\.spec|support\/prose)\.ts$/u.test(file));
const within = (folder: string) => (file: string) => file === folder || file.startsWith(`${folder}/`);
const only = process.env['PROSE'];

describe('prose', () => {
  it('should be plain English', () => {
    process.chdir(root);
    const read = files.filter(file =>
      only ? only === '.' || within(only)(file) : !unread.some(folder => within(folder)(file)),
    );
    expect(
      read
        .flatMap(file => findings(file))
        .map(({ place, phrase, reason }) => `${place}  ${phrase}  (${reason})`),
    ).toEqual([]);
  });

  it.each([
    ['// Keeps what was heard.', 'what was'],
    ['/** Called when the user\n * tells a story. */', 'tells a'],
    ['/** Silence, so that who listens keeps a clock. */', 'who listens'],
    ["const text = 'It lets go of the file.';", 'lets go'],
    ['const text = `Give ${name} to whom it ${belongs}.`;', 'to whom'],
    ['const isPath = /^\\/\\//u; // for ever', 'for ever'],
    ["const url = 'http://example.com'; // beside it", 'beside it'],
    ['const half = width / 2; // of what is left', 'what is'],
  ])('should find the phrase in %s', (source, phrase) => {
    expect(findings('lib/some.ts', source).map(found => found.phrase)).toContainEqual(
      expect.stringMatching(new RegExp(`^(?:of )?${phrase}`, 'u')),
    );
  });

  it.each([
    '// What does the user hear?',
    '/** A caller who hangs up, whatever the time; `what` is code, and "what was said" a quotation. */',
    '/** @param what the problem */',
    'const text = `${what} // ${who}`; // a URL, and names of variables',
    'const pattern = /`\\/\\/ what was said/u;',
    "it('should ignore', () => say('Tell me what you want, someone.'));",
  ])('should find nothing in %s', source => {
    expect(findings('spec/some.spec.ts', source)).toEqual([]);
  });
});
