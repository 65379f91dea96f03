import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { oneLine } from '../../text/oneLine.ts';
import type { TwilioOptions } from '../options.ts';
import { same, secretsOf } from '../token.ts';

/** The address a request is expected to be signed for: the configured one, or else the one of the request. */
export const twilioAddress = ({ headers, url = '' }: IncomingMessage, told?: string): string =>
  told ?? `wss://${headers.host ?? ''}${url}`;

/**
 * Whether a request is signed by Twilio for this account: the base64 HMAC-SHA1 of the configured address, in
 * `X-Twilio-Signature` (https://www.twilio.com/docs/usage/security#validating-requests). As in Twilio's own validator the
 * address may be with or without its port; a slash at the end, which proxies add and take away, is overlooked too.
 */
export function twilioSigned(request: IncomingMessage, { authToken, url }: TwilioOptions): boolean {
  if (authToken === false) return true;
  const signature = request.headers['x-twilio-signature'];
  if (typeof signature !== 'string') return false;
  const addresses = spellings(twilioAddress(request, url));
  const fits = secretsOf(authToken).flatMap(token =>
    addresses.map(address => same(signature, createHmac('sha1', token).update(address).digest('base64'))),
  );
  return fits.includes(true);
}

/** Why a request was refused, for the operator. Twilio itself only reports a failed handshake. */
export function twilioRefusal(request: IncomingMessage, { url }: TwilioOptions): string {
  if (request.headers['x-twilio-signature'] === undefined)
    return 'The request has no X-Twilio-Signature: it is not from Twilio, or a proxy removed the header.';
  const cure =
    url === undefined
      ? 'Have the proxy forward Host and the path unchanged, or set twilio.url to the address in your TwiML.'
      : 'Set twilio.url to the address in your TwiML.';
  return `X-Twilio-Signature does not fit ${oneLine(twilioAddress(request, url))}, or authToken is another account's. ${cure}`;
}

/** The ways an address may have been written: with and without port, with and without a slash at the end. */
function spellings(address: string): string[] {
  const [, scheme = '', host = '', rest = ''] = /^(\w+:\/\/)([^/?#]*)(.*)$/u.exec(address) ?? [];
  if (host === '') return [address];
  const bare = host.replace(/:\d+$/u, '');
  // Twilio's validator takes 80 for every scheme but https.
  const hosts = new Set([host, bare, ...(host === bare ? [`${bare}:443`, `${bare}:80`] : [])]);
  const [, path = '', query = ''] = /^([^?#]*)(.*)$/u.exec(rest) ?? [];
  const paths = new Set([path, path.replace(/\/$/u, ''), `${path.replace(/\/$/u, '')}/`]);
  return [...hosts].flatMap(one => [...paths].map(way => `${scheme}${one}${way}${query}`));
}
