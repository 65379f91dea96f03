/** The result of a check of one thing that a call needs. */
export interface Check {
  /** Subject of the check, in a word or two. */
  readonly what: string;
  /** `warn`: a call is possible, but something is missing or odd; `fail`: a call as it is configured isn't. */
  readonly state: 'ok' | 'warn' | 'fail';
  /** The result. Never contains a key. */
  readonly found: string;
  /** The fix, in a line. */
  readonly cure?: string;
}

export const ok = (what: string, found: string): Check => ({ what, state: 'ok', found });

export const warn = (what: string, found: string, cure: string): Check => ({
  what,
  state: 'warn',
  found,
  cure,
});

export const fail = (what: string, found: string, cure: string): Check => ({
  what,
  state: 'fail',
  found,
  cure,
});
