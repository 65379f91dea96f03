import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { asyncScheduler } from 'rxjs';
import { z } from 'zod';
import { kindOf, RxvoiceError } from '../errors.ts';

/** What a token says about who may call. */
export interface TokenClaims {
  /** Who calls, as your own code names them. */
  readonly user?: string | undefined;
  /** Anything JSON for the code that sets the call up: signed, but readable by the client. */
  readonly data?: unknown;
}

/** How a token is made. */
export interface TokenOptions extends TokenClaims {
  /** Within what time a call must be placed with it, ms. Default 60,000. A running call is not ended by it. */
  readonly ttlMs?: number;
}

const payloadSchema = z.object({
  until: z.number(),
  user: z.string().optional(),
  data: z.unknown().optional(),
});

/**
 * A short-lived signed permission to place a call, one: your back end makes it for a user who has signed in, the page
 * hands it to the server in `hello`. (Each server remembers the tokens it has seen; it does not know of another's.)
 * HMAC-SHA256; `secret` stays at the servers, 32 characters or more.
 *
 * @throws RxvoiceError for a secret that is too short, and a time that is none.
 *
 * @example
 * app.get('/voice-token', (request, response) => response.send(mintToken(secret, { user: request.user.id })));
 */
export function mintToken(secret: string, { ttlMs = 60_000, user, data }: TokenOptions = {}): string {
  checkSecret(secret);
  if (!Number.isFinite(ttlMs))
    throw new RxvoiceError(
      `ttlMs: expected a number of ms, e.g. 60000, but got ${typeof ttlMs === 'number' ? ttlMs : kindOf(ttlMs)}.`,
    );
  const payload = JSON.stringify({
    until: asyncScheduler.now() + ttlMs,
    // No two are the same.
    id: randomBytes(9).toString('base64url'),
    user,
    data,
  });
  const body = Buffer.from(payload).toString('base64url');
  return `${body}.${sign(secret, body)}`;
}

/** What a token says, if it is one of `mintToken` with this secret and not too old; else `undefined`. */
export function readToken(secret: string, token: string): TokenClaims | undefined {
  const payload = tokenPayload(secret, token);
  return payload && { user: payload.user, data: payload.data };
}

/** The same, and until when it is good. */
export function tokenPayload(secret: string, token: string): z.infer<typeof payloadSchema> | undefined {
  checkSecret(secret);
  const [body = '', signature = '', ...more] = token.split('.');
  if (more.length > 0 || !same(signature, sign(secret, body))) return undefined;
  const payload = payloadSchema.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString()));
  if (!payload.success || payload.data.until < asyncScheduler.now()) return undefined;
  return payload.data;
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const sign = (secret: string, body: string): string =>
  createHmac('sha256', secret).update(body).digest('base64url');

export function checkSecret(secret: string): void {
  if (secret.length >= 32) return;
  throw new RxvoiceError(
    `token secret: expected 32 characters or more, but got ${secret.length}. ` +
      `One is made by: node -p "crypto.randomBytes(32).toString('hex')"`,
  );
}
