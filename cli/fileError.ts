/** The system's error for a file, as the end of a sentence: ": there is no such file (ENOENT)." */
export function fileError(cause: unknown): string {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  const words = reasons[code];
  return words === undefined ? ` (${code}).` : `: ${words} (${code}).`;
}

const noRight = 'you may not do that there; name another one, or change its rights';
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'this is a folder; name a file in it',
  ENOTDIR: 'a part of the path is a file',
  EACCES: noRight,
  EPERM: noRight,
  EROFS: 'nothing can be written there; name one in another folder',
  ENOSPC: 'the disk is full',
};
