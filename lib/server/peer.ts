import type { IncomingMessage } from 'node:http';
import { oneLine } from '../text/oneLine.ts';
import { isNearby, networkOf, plainAddress, socketAddress } from './addressOf.ts';
import type { VoiceServerOptions } from './options.ts';

/** The other end of a connection. */
export interface Peer {
  /** The network address, for logs. */
  readonly address: string | undefined;
  /** The unit that limits count as one caller; `undefined` where an address stands for many. */
  readonly network: string | undefined;
}

/**
 * Identifies the sender of a request. Addresses of this machine and of private networks are limited only if the program
 * sets `addressOf` or the limit: they may be a proxy's.
 */
export function peerOf(request: IncomingMessage, { addressOf, limits }: VoiceServerOptions): Peer {
  const found = (addressOf ?? socketAddress)(request);
  if (found === undefined) return { address: undefined, network: undefined };
  const address = plainAddress(found);
  if (address === undefined) return { address: oneLine(found, 64), network: oneLine(found, 64) };
  const limited = addressOf !== undefined || limits?.callsPerAddress !== undefined || !isNearby(address);
  return { address, network: limited ? networkOf(address) : undefined };
}
