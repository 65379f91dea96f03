import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Calls } from './calls.ts';
import { authorised, endpointPaths, type EndpointName } from './endpoints.ts';
import { hostAllowed } from './hosts.ts';
import type { VoiceServerOptions } from './options.ts';
import { originAllowed } from './origins.ts';
import { pageFiles } from './pageFiles.ts';
import { pageHeaders, plainHeaders } from './pageHeaders.ts';
import type { Prometheus } from './prometheus.ts';
import { refusalOf } from './refusals.ts';
import { mintToken, secretsOf } from './token.ts';

/** The path that is asked for. Not by `URL`, which throws on some that are no addresses at all. */
export const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0]!;

type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** Responses to ordinary requests; each route returns whether it has answered. */
export function routes({
  calls,
  options,
  prometheus,
}: {
  calls: Calls;
  options: VoiceServerOptions;
  prometheus: Prometheus;
}): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { page = false, pageToken = false, tokenSecret, tokenAudience, path = '/call' } = options;
  const { origins, endpoints = false } = options;

  const token: Route = (request, response) => {
    // Only browsers send it, and no page can: a page of another origin, or a program that found the port, has no token.
    if (request.headers['sec-fetch-site'] !== 'same-origin')
      return refuse(
        request,
        response,
        'A token at /token is only for pages of this server, over https or of localhost.',
      );
    if (!originAllowed(request, origins)) return refuse(request, response, refusalOf.origin(request));
    if (tokenSecret === undefined) return text(response, 200, '');
    text(response, 200, mintToken(secretsOf(tokenSecret)[0]!, { audience: tokenAudience }));
  };

  const refuse = (request: IncomingMessage, response: ServerResponse, message: string): void => {
    calls.tell(refusalOf.event(request, options, message));
    text(response, 403, message);
  };

  const operating: Readonly<Record<EndpointName, Route>> = {
    health: (_, response) => text(response, 200, 'ok'),
    ready: (_, response) =>
      calls.refusal === undefined ? text(response, 200, 'ready') : text(response, 503, calls.refusal),
    metrics: (_, response) => prometheus.answer(response),
  };
  const guarded =
    (name: EndpointName): Route =>
    (request, response) =>
      authorised(request, name, options)
        ? operating[name](request, response)
        : text(response, 403, 'Not for this address: see endpoints.authorise.');

  const file =
    ({ bytes, type }: { readonly bytes: Buffer; readonly type: string }): Route =>
    (request, response) => {
      const headers = {
        'content-type': type,
        'cache-control': 'no-cache',
        'content-length': bytes.byteLength,
      };
      response.writeHead(200, { ...headers, ...pageHeaders(request) });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    };

  /** Routes for pages: for hosts of this server only. */
  const ofPages = new Map<string, Route>();
  if (page) {
    for (const [path, one] of pageFiles()) ofPages.set(path, file(one));
    ofPages.set('/config.json', (_, response) => json(response, { path }));
    if (pageToken || tokenSecret === undefined) ofPages.set('/token', token);
  }
  const ofOperators = new Map([...endpointPaths(endpoints)].map(([path, name]) => [path, guarded(name)]));

  return (request, response) => {
    const pathname = pathOf(request);
    const operator = ofOperators.get(pathname);
    const route = operator ?? ofPages.get(pathname);
    if (route === undefined) return false;
    if (operator === undefined && !hostAllowed(request, options.allowedHosts))
      refuse(request, response, refusalOf.host(request));
    else if (request.method !== 'GET' && request.method !== 'HEAD') text(response, 405, 'GET only.');
    else route(request, response);
    return true;
  };
}

const text = (response: ServerResponse, status: number, body: string): void => {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(status, { ...headers, ...plainHeaders });
  response.end(body);
};

const json = (response: ServerResponse, body: unknown): void => {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  response.writeHead(200, { ...headers, ...plainHeaders });
  response.end(JSON.stringify(body));
};
