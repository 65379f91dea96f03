import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { passedProxy, plainAddress } from './addressOf.ts';

/** Letters, digits and the other characters of a host and its port. `URL` lets more pass: ";" and "*", for example. */
const wellFormed = /^[\w.-]+(?::\d{1,5})?$|^\[[\da-f:.]+\](?::\d{1,5})?$/iu;

/** The host a request asks for, with its port, as the browser wrote it; `undefined` for one that is not well-formed. */
export function hostOf({ headers }: IncomingMessage): string | undefined {
  // HTTP/2 has `:authority` instead.
  const host = headers.host ?? (headers as Record<string, unknown>)[':authority'];
  return typeof host === 'string' && wellFormed.test(host) ? host : undefined;
}

/** The scheme a browser sees: that of the connection, or the one a proxy says it was called by. */
export function schemeOf({ headers, socket }: IncomingMessage): 'http' | 'https' {
  if ('encrypted' in socket && socket.encrypted === true) return 'https';
  const forwarded = String(headers['x-forwarded-proto'] ?? '').split(',', 1)[0]!;
  return ['https', 'wss'].includes(forwarded.trim().toLowerCase()) ? 'https' : 'http';
}

/** The name without port, brackets and the root's dot, in lower case. */
const nameOf = (host: string): string =>
  (isIP(host) === 6 ? host : host.replace(/:\d+$/u, ''))
    .replace(/^\[|\]$/gu, '')
    .replace(/\.$/u, '')
    .toLowerCase();

/** Whether a host is this machine by any of its own names. Domains that end in `.localhost` can't be registered. */
export function isLoopback(host: string): boolean {
  const name = nameOf(host);
  return (
    name === 'localhost' || name.endsWith('.localhost') || /^127(?:\.\d+){3}$/u.test(name) || name === '::1'
  );
}

/**
 * Whether a request may ask for its host. A page whose domain suddenly points to this machine (DNS rebinding) is of the
 * same origin as its requests, so only the host's name gives it away.
 *
 * By default whatever reaches a loopback address without a proxy must ask for a loopback host.
 */
export function hostAllowed(
  request: IncomingMessage,
  allowed: readonly string[] | 'any' | undefined,
): boolean {
  if (allowed === 'any') return true;
  const host = hostOf(request);
  if (allowed === undefined) {
    const local = plainAddress(request.socket.localAddress ?? '');
    const direct = local !== undefined && isLoopback(local) && !passedProxy(request);
    return !direct || (host !== undefined && isLoopback(host));
  }
  if (host === undefined) return false;
  const name = nameOf(host);
  return (
    isLoopback(host) ||
    allowed.some(entry => {
      const one = entry.toLowerCase();
      return one.startsWith('.') ? name === one.slice(1) || name.endsWith(one) : name === one;
    })
  );
}

/** Whether a request asks for an address, this machine, or a name without a dot: for none of these has a stranger a domain. */
export function cannotBeRebound(request: IncomingMessage): boolean {
  const host = hostOf(request);
  return host !== undefined && (isIP(nameOf(host)) !== 0 || isLoopback(host) || !nameOf(host).includes('.'));
}
