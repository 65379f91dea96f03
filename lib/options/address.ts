/** An address as it may be shown, also where it is none: without a user's name, a password, and what a query says. */
export const shownAddress = (url: string): string =>
  url.replace(/^((?:[a-z][a-z\d+.-]*:)?\/*)[^]*@/iu, '$1…@').replace(/([?#])[^]+/u, '$1…');

/**
 * Whether an address is one that a path can be put behind, and that `fetch` takes: with a query, a fragment, a user's
 * name or a password it is not.
 */
export function isBare(url: string): boolean {
  const { username, password } = new URL(url);
  return username === '' && password === '' && !/[?#]/u.test(url);
}
