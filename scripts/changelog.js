/** @typedef {{ readonly bump: 'major' | 'minor' | 'patch', readonly text: string }} Change */

const bumps = /** @type {const} */ (['major', 'minor', 'patch']);

/**
 * Reads a change file of `.changeset`; its README has the format.
 *
 * @param {string} name
 * @param {string} source
 * @returns {Change}
 */
export function parseChange(name, source) {
  const found = /^---\r?\n(['"]?)rxvoice\1: (\w+)\r?\n---\s+(\S[^]*?)\s*$/u.exec(source);
  const bump = bumps.find(each => each === found?.[2]);
  if (bump && found?.[3]) return { bump, text: found[3] };
  throw new Error(`.changeset/${name} is no change: write it as .changeset/README.md shows.`);
}

/**
 * The next version, and the changelog with its section. A section marked `(unreleased)` is completed instead, and keeps
 * its version.
 *
 * @param {{ readonly version: string, readonly changelog: string, readonly changes: readonly Change[] }} now
 * @returns {{ version: string, changelog: string }}
 */
export function release({ version, changelog, changes }) {
  const items = bumps
    .flatMap(bump => changes.filter(change => change.bump === bump))
    .map(({ text }) => `- ${text.replaceAll('\n', '\n  ')}\n`)
    .join('');
  const open = `## ${version} (unreleased)\n`;
  if (changelog.includes(open)) {
    const next = changelog.indexOf('\n## ', changelog.indexOf(open) + 1);
    const end = next < 0 ? changelog.length : next;
    const section = changelog.slice(0, end).replace(open, `## ${version}\n`);
    return { version, changelog: section + items + changelog.slice(end) };
  }
  if (items === '') throw new Error('Nothing to release: .changeset has no change.');
  const next = bumped(version, changes);
  const at = changelog.indexOf('\n## ') + 1 || changelog.length;
  return {
    version: next,
    changelog: `${changelog.slice(0, at)}## ${next}\n\n${items}\n${changelog.slice(at)}`,
  };
}

/** @param {string} version @param {readonly Change[]} changes */
function bumped(version, changes) {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const has = (/** @type {Change['bump']} */ bump) => changes.some(change => change.bump === bump);
  // Before 1.0.0 a breaking change counts as minor, as in npm's ranges.
  if (has('major') && major > 0) return `${major + 1}.0.0`;
  return has('major') || has('minor') ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}
