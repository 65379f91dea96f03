import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asyncScheduler } from 'rxjs';
import type { Connection } from '../loopback/connection.ts';
import { readJson } from '../loopback/readJson.ts';
import { reply } from '../loopback/reply.ts';
import { badRequest, internalError } from './deepgramRefusal.ts';

/** How long a token is good, s: 30 unless the client says otherwise, at most an hour. */
const ttl = { usual: 30, longest: 3_600 } as const;

/** The temporary tokens of a server. Source: `GrantV1Request` and `GrantV1Response` of the official SDK. */
export class Tokens {
  readonly #until = new Map<string, number>();

  /** Whether a request has one that is still good, as `Bearer <token>`. */
  isGood({ headers }: IncomingMessage): boolean {
    const token = /^Bearer +(\S+)$/iu.exec(headers.authorization ?? '')?.[1];
    return token !== undefined && (this.#until.get(token) ?? 0) > asyncScheduler.now();
  }

  /** Answers `POST /v1/auth/grant`. */
  grant(request: IncomingMessage, response: ServerResponse, connection: Connection): void {
    readJson(
      request,
      body => {
        const seconds = Number(body?.['ttl_seconds'] ?? ttl.usual);
        if (!(seconds >= 1 && seconds <= ttl.longest))
          return reply(response, badRequest(`ttl_seconds must be from 1 to ${ttl.longest}.`, connection));
        const part = (bytes: number): string => randomBytes(bytes).toString('base64url');
        const token = `${part(27)}.${part(60)}.${part(32)}`;
        this.#until.set(token, asyncScheduler.now() + seconds * 1000);
        reply(response, {
          status: 200,
          headers: { 'content-type': 'application/json', 'dg-request-id': connection.requestId },
          body: JSON.stringify({ access_token: token, expires_in: seconds }),
        });
      },
      message => reply(response, internalError(message, connection)),
    );
  }
}
