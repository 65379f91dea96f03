import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { asyncScheduler } from 'rxjs';
import { z } from 'zod';
import { kindOf, RxvoiceError } from '../errors.ts';
import { parsed } from './parsed.ts';

/** Content of a token. */
export interface TokenClaims {
  /** The user, as your own code names them. */
  readonly user?: string | undefined;
  /** Anything JSON for the code that sets the call up: signed, but readable by the client. */
  readonly data?: unknown;
}

/** How a token is made. */
export interface TokenOptions extends TokenClaims {
  /** The time within which a call must be placed with it, ms. Default 60,000. A running call is not ended by it. */
  readonly ttlMs?: number;
  /** The server or application it is for. One whose `tokenAudience` is another, or none, refuses it. */
  readonly audience?: string | undefined;
}

/** How a token is checked. */
export interface TokenChecks {
  /** Audience that `mintToken` must have been given; none by default. */
  readonly audience?: string | undefined;
  /** By how much the clock that minted it may be behind, ms. Default 5,000. */
  readonly leewayMs?: number | undefined;
}

/** A secret, or several while one replaces another: tokens of each are good. */
export type TokenSecret = string | readonly string[];

/** How far clocks may be apart, ms. */
const defaultLeewayMs = 5_000;

const payloadSchema = z.object({
  /** When it was made, and until when a call may be placed with it, ms since 1970. */
  from: z.number(),
  until: z.number(),
  audience: z.string().optional(),
  user: z.string().optional(),
  data: z.unknown().optional(),
});

/**
 * A short-lived signed permission to place a call, one: your back end makes it for a user who has signed in, the page
 * hands it to the server in `hello`. (Each server remembers the tokens it has seen; it does not know of another's.)
 * HMAC-SHA256; `secret` stays at the servers, 32 characters or more.
 *
 * @throws RxvoiceError for a secret that is too short, and an invalid time.
 *
 * @example
 * app.get('/voice-token', (request, response) => response.send(mintToken(secret, { user: request.user.id })));
 */
export function mintToken(
  secret: string,
  { ttlMs = 60_000, user, data, audience }: TokenOptions = {},
): string {
  checkSecret(secret);
  if (!Number.isFinite(ttlMs))
    throw new RxvoiceError(
      `ttlMs: expected a number of ms, e.g. 60000, but got ${typeof ttlMs === 'number' ? ttlMs : kindOf(ttlMs)}.`,
    );
  const from = asyncScheduler.now();
  const payload = JSON.stringify({
    from,
    until: from + ttlMs,
    // No two are the same.
    id: randomBytes(9).toString('base64url'),
    audience,
    user,
    data,
  });
  const body = Buffer.from(payload).toString('base64url');
  return `${body}.${sign(secret, body)}`;
}

/**
 * Returns the claims of a token, if `mintToken` made it with one of these secrets, for this audience, and it is not too
 * old; otherwise `undefined`.
 *
 * @throws RxvoiceError for a secret that is too short.
 */
export function readToken(secret: TokenSecret, token: string, checks?: TokenChecks): TokenClaims | undefined {
  const payload = tokenPayload(secret, token, checks);
  return payload && { user: payload.user, data: payload.data };
}

/** The same, with the time until when it is accepted. */
export function tokenPayload(
  secret: TokenSecret,
  token: string,
  { audience, leewayMs = defaultLeewayMs }: TokenChecks = {},
): z.infer<typeof payloadSchema> | undefined {
  checkSecret(secret);
  const [body = '', signature = '', ...more] = token.split('.');
  const signed = secretsOf(secret).map(one => same(signature, sign(one, body)));
  if (more.length > 0 || !signed.includes(true)) return undefined;
  const { success, data } = payloadSchema.safeParse(parsed(Buffer.from(body, 'base64url').toString()));
  if (!success || data.audience !== audience) return undefined;
  // At most its own lifetime: a token that had to be used at once keeps that limit.
  const until = data.until + Math.min(leewayMs, Math.max(0, data.until - data.from));
  return until < asyncScheduler.now() ? undefined : { ...data, until };
}

/** Whether two texts are the same, in a time that does not reveal where they differ. */
export function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const sign = (secret: string, body: string): string =>
  createHmac('sha256', secret).update(body).digest('base64url');

/** The secrets, the one that signs first. */
export const secretsOf = (secret: TokenSecret): readonly string[] =>
  typeof secret === 'string' ? [secret] : secret;

/** @throws RxvoiceError for no secret, and for one that is too short. */
export function checkSecret(secret: TokenSecret): void {
  const secrets = secretsOf(secret);
  const short = secrets.length === 0 ? '' : secrets.find(({ length }) => length < 32);
  if (short === undefined) return;
  throw new RxvoiceError(
    `token secret: expected 32 characters or more, but got ${short.length}. ` +
      `One is made by: node -p "crypto.randomBytes(32).toString('hex')"`,
  );
}
