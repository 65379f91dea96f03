import { type Check, fail, ok } from './check.ts';

/** The oldest Node.js that works: major and minor. */
const oldest = [20, 19] as const;

/** Whether this Node.js is new enough. */
export function nodeCheck(version = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
    ? ok('Node.js', `${version}, ${process.platform} ${process.arch}`)
    : fail('Node.js', `${version} is too old`, `Install ${oldest.join('.')} or newer: https://nodejs.org`);
}
