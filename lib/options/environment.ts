/** The environment variables, where there are any: not in a browser. */
export const environment = (): Readonly<Record<string, string | undefined>> =>
  (globalThis as { readonly process?: { readonly env?: Record<string, string | undefined> } }).process?.env ??
  {};
