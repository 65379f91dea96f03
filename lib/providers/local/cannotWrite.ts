import { RxvoiceError } from '../../errors.ts';

/** Error codes of the disk: no space, or no permission to write. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full (ENOSPC)',
  EDQUOT: 'your share of the disk is used up (EDQUOT)',
  EROFS: 'the disk is read-only (EROFS)',
  EACCES: 'you may not write there (EACCES)',
  EPERM: 'you may not write there (EPERM)',
};

const codeOf = (cause: unknown): string => String((Object(cause) as NodeJS.ErrnoException).code);

/** Whether an error is of the disk, rather than of the network or of the fetched file. */
export const isOfDisk = (cause: unknown): boolean => codeOf(cause) in reasons;

/** That the models can't be written, because of the disk or a folder. */
export const cannotWrite = (folder: string, cause: unknown): RxvoiceError => {
  const { code = 'unknown reason' } = Object(cause) as NodeJS.ErrnoException;
  return new RxvoiceError(
    `The model folder ${folder} can't be written to${code in reasons ? `: ${reasons[code]!}` : ` (${code})`}. ` +
      'Make room, or name another folder with RXVOICE_MODELS.',
    { stage: 'stt', cause },
  );
};
