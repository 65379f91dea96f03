import type { Connection } from '../loopback/connection.ts';
import type { Fault } from '../loopback/fault.ts';
import type { Refusal, Reply } from '../loopback/reply.ts';
import { htmlRefusal } from '../loopback/htmlRefusal.ts';

/** Deepgram's answer to a request it doesn't serve: the status, what is wrong in `dg-error`, and both in the body. */
export function deepgramRefusal(
  { fault, retryAfter = 1 }: Refusal,
  { requestId }: Pick<Connection, 'requestId'>,
): Reply {
  if (fault === '503-html') return htmlRefusal;
  const [status, code, message] = refusals[fault] ?? [500, 'INTERNAL_SERVER_ERROR', 'Internal Server Error.'];
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'dg-error': message,
      'dg-request-id': requestId,
      ...(fault === '429-retry-after' && { 'retry-after': String(Math.ceil(retryAfter)) }),
    },
    body: JSON.stringify({ err_code: code, err_msg: message, request_id: requestId }),
  };
}

/** A parameter is wrong, and how. */
export const badRequest = (
  message: string,
  { requestId }: Pick<Connection, 'requestId'>,
  status = 400,
): Reply => ({
  status,
  headers: {
    'content-type': 'application/json',
    'dg-error': message.replace(/[^ -~]/gu, '?'),
    'dg-request-id': requestId,
  },
  body: JSON.stringify({
    category: status === 413 ? 'PAYLOAD_TOO_LARGE' : 'INVALID_QUERY_PARAMETER',
    message,
    details: message,
    request_id: requestId,
  }),
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
