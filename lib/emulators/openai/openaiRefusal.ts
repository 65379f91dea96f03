import type { Fault } from '../loopback/fault.ts';
import type { Refusal, Reply } from '../loopback/reply.ts';
import { htmlRefusal } from '../loopback/htmlRefusal.ts';

/** OpenAI's answer to a request it doesn't serve. */
export function openaiRefusal({ fault, retryAfter = 1 }: Refusal): Reply {
  if (fault === '503-html') return htmlRefusal;
  const [status, type, code, message] = refusals[fault] ?? refusals['500']!;
  const { headers, ...reply } = apiError(status, message, { type, code });
  return {
    ...reply,
    headers: {
      ...headers,
      ...(fault === '429-retry-after' && {
        'retry-after': String(Math.ceil(retryAfter)),
        'retry-after-ms': String(Math.round(retryAfter * 1000)),
      }),
    },
  };
}

/** An error in OpenAI's form: all four keys, those that don't apply null. */
export const apiError = (
  status: number,
  message: string,
  { type = 'invalid_request_error', param = null, code = null }: Partial<Record<string, string | null>> = {},
): Reply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', 'x-request-id': 'req_loopback' },
  body: JSON.stringify({ error: { message, type, param, code } }),
});

const rateLimit = [
  429,
  'requests',
  'rate_limit_exceeded',
  'Rate limit reached for requests. Please try again later.',
] as const;
const refusals: Partial<Record<Fault, readonly [number, string, string | null, string]>> = {
  '400': [400, 'invalid_request_error', null, 'The request is not valid.'],
  '401': [401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  '402': [402, 'insufficient_credits', null, 'The account has no credit.'],
  '403': [403, 'invalid_request_error', 'model_not_found', 'Project does not have access to this model.'],
  '404': [404, 'invalid_request_error', 'model_not_found', 'The model does not exist.'],
  '408': [408, 'server_error', null, 'The request timed out.'],
  '429': rateLimit,
  '429-retry-after': rateLimit,
  quota: [
    429,
    'insufficient_quota',
    'insufficient_quota',
    'You exceeded your current quota, please check your plan and billing details.',
  ],
  '500': [500, 'server_error', null, 'The server had an error while processing your request.'],
};
