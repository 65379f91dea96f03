import { closeCodes, type CloseReason } from '../protocol/closeCodes.ts';

/** Why a call could not be placed, or ended before it was hung up. */
export type CallErrorKind =
  /** The person, or a policy, does not allow the microphone. */
  | 'microphoneDenied'
  /** There is no microphone, or not the one that was asked for. */
  | 'microphoneMissing'
  /** There is a microphone, but it gives no sound: another program has it, say. */
  | 'microphoneFailed'
  /** The page is neither of https nor of localhost: browsers give it no microphone. */
  | 'insecure'
  /** The browser has no AudioWorklet. */
  | 'unsupported'
  /** The browser's audio does not start: there is no loudspeaker, or the call was not placed by a click. */
  | 'audioFailed'
  /** The token could not be fetched. */
  | 'token'
  /** The server can't be reached, was lost for too long, or its address is none. */
  | 'network'
  /**
   * The server closed the connection with one of its codes. `malformed` is also said before: of `data` that is not JSON,
   * or too big.
   */
  | CloseReason;

/** The error of a call: `kind` for programs, `message` for people. */
export class CallError extends Error {
  readonly kind: CallErrorKind;

  constructor(kind: CallErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'CallError';
    this.kind = kind;
  }
}

/** Errors of `getUserMedia` by their names. */
const kinds: Readonly<Record<string, readonly [CallErrorKind, string]>> = {
  NotAllowedError: [
    'microphoneDenied',
    'The microphone is not allowed. Allow it in the browser’s address bar.',
  ],
  SecurityError: ['microphoneDenied', 'The microphone is not allowed on this page.'],
  NotFoundError: ['microphoneMissing', 'No microphone was found. Connect one, then try again.'],
  OverconstrainedError: ['microphoneMissing', 'The chosen microphone is not there any more.'],
};

/** Why there is no microphone. */
export function microphoneError(cause: unknown): CallError {
  if (cause instanceof CallError) return cause;
  const [kind, message] = kinds[(cause as Error | undefined)?.name ?? ''] ?? [
    'microphoneFailed',
    'The microphone gives no sound. Does another program use it?',
  ];
  return new CallError(kind, message, cause);
}

/** Why the server closed a connection; nothing where it may be tried again. */
export function closeError(code: number, reason: string): CallError | undefined {
  if (code === 1001) return new CallError('network', 'The server stops.');
  if (code === 1009) return new CallError('malformed', 'The server takes no such big messages.');
  const [kind] = Object.entries(closeCodes).find(([, of]) => of === code) ?? [];
  return kind === undefined || code === closeCodes.tooSlow
    ? undefined
    : new CallError(kind as CloseReason, reason || 'The server closed the connection.');
}
