import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Calls } from './calls.ts';
import type { VoiceServerOptions } from './options.ts';
import { originAllowed } from './origins.ts';
import { pageFiles } from './pageFiles.ts';
import type { Prometheus } from './prometheus.ts';
import { mintToken } from './token.ts';

/** The path that is asked for. Not by `URL`, which throws on some that are no addresses at all. */
export const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0]!;

type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** What is answered to ordinary requests; each tells whether it was one of these. */
export function routes({
  calls,
  options,
  prometheus,
}: {
  calls: Calls;
  options: VoiceServerOptions;
  prometheus: Prometheus;
}): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { page = false, pageToken = false, tokenSecret, path = '/call', origins } = options;

  const files = page ? pageFiles() : undefined;

  const token: Route = (request, response) => {
    if (tokenSecret === undefined) return text(response, 200, '');
    if (!originAllowed(request, origins)) return text(response, 403, 'Not for pages of this origin.');
    text(response, 200, mintToken(tokenSecret));
  };

  const routes: Readonly<Record<string, Route>> = {
    '/healthz': (_, response) => text(response, 200, 'ok'),
    '/readyz': (_, response) =>
      calls.refusal === undefined ? text(response, 200, 'ready') : text(response, 503, calls.refusal),
    '/metrics': (_, response) => prometheus.answer(response),
    ...(page && (pageToken || tokenSecret === undefined) && { '/token': token }),
    ...(page && { '/config.json': (_, response) => json(response, { path }) }),
  };

  return (request, response) => {
    const pathname = pathOf(request);
    const route = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined;
    const file = files?.get(pathname);
    if (route === undefined && file === undefined) return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') text(response, 405, 'GET only.');
    else if (route !== undefined) route(request, response);
    else if (file !== undefined) {
      response.writeHead(200, { ...file.headers, 'content-length': file.bytes.byteLength });
      response.end(request.method === 'HEAD' ? undefined : file.bytes);
    }
    return true;
  };
}

const text = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(body);
};

const json = (response: ServerResponse, body: unknown): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
};
