/** What was found out about one thing that a call needs. */
export interface Check {
  /** What was looked at, in a word or two. */
  readonly what: string;
  /** `warn`: a call is possible, but something is missing or odd; `fail`: a call as it is configured isn't. */
  readonly state: 'ok' | 'warn' | 'fail';
  /** What was found. Never a key. */
  readonly found: string;
  /** What to do about it, in a line. */
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
