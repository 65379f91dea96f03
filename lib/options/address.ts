/**
 * An address in a form safe to show, even if it is invalid: without a user's name, a password, and the values of a
 * query.
 */
export const shownAddress = (url: string): string =>
  url.replace(/^((?:[a-z][a-z\d+.-]*:)?\/*)[^]*@/iu, '$1…@').replace(/([?#])[^]+/u, '$1…');

/**
 * Whether `fetch` takes the address, and a path can be appended: it has no query, fragment, user's name or password.
 */
export function isBare(url: string): boolean {
  const { username, password } = new URL(url);
  return username === '' && password === '' && !/[?#]/u.test(url);
}
