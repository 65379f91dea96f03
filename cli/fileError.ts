/** The system's error for a file, as the end of a sentence: ": there is no such file (ENOENT)." */
export function fileError(cause: unknown): string {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  const words = reasons[code];
  return words === undefined ? ` (${code}).` : `: ${words} (${code}).`;
}

const noPermission = 'permission denied; name another file, or change its permissions';
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'this is a folder; name a file in it',
  ENOTDIR: 'a part of the path is a file; name a path of folders',
  EACCES: noPermission,
  EPERM: noPermission,
  EROFS: 'the file system is read-only; name a file in another folder',
  ENOSPC: 'the disk is full',
};
