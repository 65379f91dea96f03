import type { ServerResponse } from 'node:http';
import type { FaultRule } from './fault.ts';

/** Why a request is refused. */
export type Refusal = Pick<FaultRule, 'fault' | 'retryAfter'>;

/** A whole answer. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends a whole answer. */
export const reply = (response: ServerResponse, { status, headers, body }: Reply): void => {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
  response.end(body);
};

/**
 * The result of a test's own function for a request; if it throws, the answer is an error, as of a failing service. The
 * test reads of it in its client, and its process goes on.
 */
export function orFailed<Result>(make: () => Result, failed: (message: string) => Result): Result {
  try {
    return make();
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

/** A whole answer as it goes over the connection, which it ends. */
export const rawReply = ({ status, headers, body }: Reply): string =>
  [
    `HTTP/1.1 ${status} Refused`,
    ...Object.entries({ ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' }).map(
      ([name, value]) => `${name}: ${value}`,
    ),
    '',
    body,
  ].join('\r\n');
