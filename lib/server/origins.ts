import type { IncomingMessage } from 'node:http';

/** Whether the page a browser connects from may do so. Only browsers tell where a connection comes from. */
export function originAllowed(
  { headers }: IncomingMessage,
  origins: readonly string[] | 'any' | undefined,
): boolean {
  const { origin, host } = headers;
  if (origins === 'any' || origin === undefined) return true;
  if (origins !== undefined) return origins.includes(origin);
  return URL.canParse(origin) && new URL(origin).host === host;
}
