import type { Connection } from '../loopback/connection.ts';
import type { Fault } from '../loopback/fault.ts';
import type { Refusal, Reply } from '../loopback/reply.ts';
import { htmlRefusal } from '../loopback/htmlRefusal.ts';

/** Deepgram's answer to a request it doesn't serve: the status, the reason in `dg-error`, and both in the body. */
export function deepgramRefusal(
  { fault, retryAfter = 1 }: Refusal,
  { requestId }: Pick<Connection, 'requestId'>,
): Reply {
  if (fault === '503-html') return htmlRefusal;
  const [status, code, message] = refusals[fault] ?? [500, 'INTERNAL_SERVER_ERROR', 'Internal Server Error.'];
  const headers = fault === '429-retry-after' ? { 'retry-after': String(Math.ceil(retryAfter)) } : {};
  return refused(status, { err_code: code, err_msg: message, request_id: requestId }, message, headers);
}

/** A function of the test's threw this. */
export const internalError = (message: string, { requestId }: Pick<Connection, 'requestId'>): Reply =>
  refused(500, { err_code: 'INTERNAL_SERVER_ERROR', err_msg: message, request_id: requestId }, message);

/** A parameter is wrong, and how. */
export const badRequest = (
  message: string,
  { requestId }: Pick<Connection, 'requestId'>,
  status = 400,
): Reply => {
  const category = status === 413 ? 'PAYLOAD_TOO_LARGE' : 'INVALID_QUERY_PARAMETER';
  return refused(status, { category, message, details: message, request_id: requestId }, message);
};

const refused = (
  status: number,
  body: Readonly<Record<string, string>> & { readonly request_id: string },
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply => ({
  status,
  headers: {
    'content-type': 'application/json',
    'dg-error': message.replace(/[^ -~]/gu, '?'),
    'dg-request-id': body.request_id,
    ...headers,
  },
  body: JSON.stringify(body),
});

const tooMany = [429, 'TOO_MANY_REQUESTS', 'Too many requests. Please try again later.'] as const;
const broke = [
  402,
  'ASR_PAYMENT_REQUIRED',
  'Project does not have enough credits for this request.',
] as const;
const refusals: Partial<Record<Fault, readonly [number, string, string]>> = {
  '400': [400, 'Bad Request', 'Bad Request: No such model/language/tier combination found.'],
  '401': [401, 'INVALID_AUTH', 'Invalid credentials.'],
  '402': broke,
  quota: broke,
  '403': [403, 'INSUFFICIENT_PERMISSIONS', 'Project does not have access to the requested model.'],
  '404': [404, 'NOT_FOUND', 'The requested resource was not found.'],
  '408': [408, 'REQUEST_TIMEOUT', 'The request timed out.'],
  '429': tooMany,
  '429-retry-after': tooMany,
};
