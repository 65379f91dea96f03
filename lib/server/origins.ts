import type { IncomingMessage } from 'node:http';
import { hostOf, schemeOf } from './hosts.ts';

/** The origin of the pages this request's own host serves; `undefined` where the host is not well-formed. */
export function ownOrigin(request: IncomingMessage): string | undefined {
  const host = hostOf(request);
  const address = `${schemeOf(request)}://${host ?? ''}`;
  return host !== undefined && URL.canParse(address) ? new URL(address).origin : undefined;
}

/**
 * Whether the page a browser connects from may do so: by default scheme, host and port must be this server's own. Only
 * browsers send an origin.
 */
export function originAllowed(
  request: IncomingMessage,
  origins: readonly string[] | 'any' | undefined,
): boolean {
  const { origin } = request.headers;
  if (origins === 'any' || origin === undefined) return true;
  return origins === undefined ? origin === ownOrigin(request) : origins.includes(origin);
}
