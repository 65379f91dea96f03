import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseChange, release } from '../scripts/changelog.js';

const root = resolve(import.meta.dirname, '..');
const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const earlier = '# Changelog\n\n## 1.2.3\n\n- An older change.\n';
const released = (version: string, ...bumps: readonly ('major' | 'minor' | 'patch')[]) =>
  release({ version, changelog: earlier, changes: bumps.map(bump => ({ bump, text: `A ${bump}.` })) });

describe('the changelog', () => {
  it('should have a section of the current version, and each item once', () => {
    expect(changelog).toMatch(new RegExp(`^## ${version.replaceAll('.', '\\.')}\\b`, 'mu'));
    const items = changelog
      .split(/^- /mu)
      .slice(1)
      .map(item => item.replaceAll(/\s+/gu, ' '));
    const subjects = items.map(item => /^.{0,40}/u.exec(item)![0]);
    expect(subjects.filter((subject, index) => subjects.indexOf(subject) !== index)).toEqual([]);
  });

  it('should be made of changes in the format that .changeset describes', () => {
    const names = readdirSync(join(root, '.changeset')).filter(name => name !== 'README.md');
    const example = /```md\n([^]*?)```/u.exec(readFileSync(join(root, '.changeset/README.md'), 'utf8'))![1]!;
    expect(parseChange('example.md', example).bump).toBe('minor');
    for (const name of names)
      expect(() => parseChange(name, readFileSync(join(root, '.changeset', name), 'utf8'))).not.toThrow();
  });

  it.each([
    ['1.2.3', ['patch'], '1.2.4'],
    ['1.2.3', ['patch', 'minor'], '1.3.0'],
    ['1.2.3', ['major', 'patch'], '2.0.0'],
    ['0.1.9', ['patch'], '0.1.10'],
    ['0.1.9', ['major'], '0.2.0'],
  ] as const)('should go from %s with %j to %s', (from, bumps, to) => {
    expect(released(from, ...bumps).version).toBe(to);
  });

  it('should begin with the new version, the biggest changes first', () => {
    expect(released('1.2.3', 'patch', 'major').changelog).toBe(
      '# Changelog\n\n## 2.0.0\n\n- A major.\n- A patch.\n\n## 1.2.3\n\n- An older change.\n',
    );
  });

  it('should complete a section that is marked as unreleased, and keep its version', () => {
    const changes = [{ bump: 'minor', text: 'New,\nin two lines.' }] as const;
    expect(
      release({ version: '0.1.0', changelog: '# Changelog\n\n## 0.1.0 (unreleased)\n\n- Old.\n', changes }),
    ).toEqual({
      version: '0.1.0',
      changelog: '# Changelog\n\n## 0.1.0\n\n- Old.\n- New,\n  in two lines.\n',
    });
  });

  it.each(['', 'A change.', "---\n'rxvoice': huge\n---\n\nText.", "---\n'rxvoice': patch\n---\n"])(
    'should refuse %j as a change',
    source => expect(() => parseChange('some.md', source)).toThrow('.changeset/some.md is no change'),
  );

  it('should not be released without a change', () => {
    expect(() => released('1.2.3')).toThrow('Nothing to release');
  });
});
