import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TwilioOptions } from '../options.ts';
import { same } from '../token.ts';

/**
 * Whether a request is signed by Twilio for this account: the base64 HMAC-SHA1 of the address it was told, in
 * `X-Twilio-Signature` (https://www.twilio.com/docs/usage/security#validating-requests). Twilio signs the address as it
 * was written, so a slash at the end that a proxy adds or takes away is overlooked.
 */
export function twilioSigned(
  { headers, url = '' }: IncomingMessage,
  { authToken, ...told }: TwilioOptions,
): boolean {
  if (authToken === false) return true;
  const signature = headers['x-twilio-signature'];
  if (typeof signature !== 'string') return false;
  const address = (told.url ?? `wss://${headers.host}${url}`).replace(/\/$/u, '');
  return [address, `${address}/`].some(of =>
    same(signature, createHmac('sha1', authToken).update(of).digest('base64')),
  );
}
