import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Returns the network address a request comes from, for limits and logs; `undefined` where it is unknown. */
export type AddressOf = (request: IncomingMessage) => string | undefined;

/** The address of the connection's other end: the caller's, or that of the proxy in front of this server. */
export const socketAddress: AddressOf = ({ socket }) => plainAddress(socket.remoteAddress ?? '');

/** How {@link forwardedAddress} reads an address. */
export interface ForwardedOptions {
  /** The header your proxy appends to. Default `x-forwarded-for`. A proxy passes the other one on as a caller sent it. */
  readonly header?: 'x-forwarded-for' | 'forwarded';
}

/**
 * The address a trusted proxy reports. Each proxy appends the address it was called from; the entries before are the
 * caller's claims. With two proxies the second entry from the right counts. A request with fewer entries did not pass
 * them all, and counts as its connection's own address.
 *
 * @param proxies How many proxies of yours every request passes. Default 1.
 *
 * @example
 * voiceServer({ call, addressOf: forwardedAddress() });
 */
export const forwardedAddress =
  (proxies = 1, { header = 'x-forwarded-for' }: ForwardedOptions = {}): AddressOf =>
  request => {
    const entries = String(request.headers[header] ?? '').split(',');
    const entry = entries.length < proxies ? undefined : entries[entries.length - proxies];
    const address = header === 'forwarded' ? /(?:^|;)\s*for=([^;]*)/iu.exec(entry ?? '')?.[1] : entry;
    return plainAddress(address ?? '') ?? socketAddress(request);
  };

/** An IP address as Node writes it, without port, brackets, quotes and zone; `undefined` for any other text. */
export function plainAddress(text: string): string | undefined {
  const bare = text.trim().replaceAll('"', '');
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/u.exec(bare) ?? [];
  const [, withoutPort = bare] = /^([\d.]+):\d+$/u.exec(bare) ?? [];
  const address = (bracketed ?? withoutPort).replace(/%.*$/u, '').replace(/^::ffff:(?=[\d.]+$)/iu, '');
  return isIP(address) === 0 ? undefined : address;
}

/** The unit that limits count as one caller: an IPv4 address, or the /64 network an IPv6 host chooses its addresses from. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array<string>(missing).fill('0'), ...last];
  return `${groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

const nearby = new BlockList();
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const)
  nearby.addSubnet(network, prefix, 'ipv4');
nearby.addAddress('::1', 'ipv6');
nearby.addSubnet('fc00::', 7, 'ipv6');
nearby.addSubnet('fe80::', 10, 'ipv6');

/** Whether an address is of this machine or of a private network: yours, or a proxy's that stands for many callers. */
export const isNearby = (address: string): boolean =>
  nearby.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether a request says that a proxy passed it on. A page cannot put these headers on a WebSocket. */
export const passedProxy = ({ headers }: IncomingMessage): boolean =>
  ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'].some(
    name => headers[name] !== undefined,
  );
