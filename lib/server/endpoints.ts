import type { IncomingMessage } from 'node:http';
import { isNearby, passedProxy, socketAddress } from './addressOf.ts';
import { cannotBeRebound, hostAllowed } from './hosts.ts';

/** The paths a server answers for those who run it; `false` for none. */
export interface Endpoints {
  /** Answers 200 while the process runs. Default `/healthz`. */
  readonly health?: string | false;
  /** Answers 200 while new calls are taken, and 503 otherwise. Default `/readyz`. */
  readonly ready?: string | false;
  /** Figures for Prometheus. Default `/metrics`. */
  readonly metrics?: string | false;
  /**
   * Whether a request may have an answer; others get 403. Default: health and readiness for every request, metrics for
   * loopback and private addresses, unless a proxy passed the request on or a page could have sent it (DNS rebinding).
   */
  readonly authorise?: (request: IncomingMessage, endpoint: EndpointName) => boolean;
}

/** The endpoint of the request. */
export type EndpointName = 'health' | 'ready' | 'metrics';

/** The endpoints by their paths. */
export function endpointPaths(endpoints: boolean | Endpoints): ReadonlyMap<string, EndpointName> {
  if (endpoints === false) return new Map();
  const {
    health = '/healthz',
    ready = '/readyz',
    metrics = '/metrics',
  } = endpoints === true ? {} : endpoints;
  const named = [
    [health, 'health'],
    [ready, 'ready'],
    [metrics, 'metrics'],
  ] as const;
  return new Map(named.flatMap(([path, name]) => (path === false ? [] : [[path, name] as const])));
}

/** The options of a server that decide on access to its endpoints. */
interface EndpointAccess {
  readonly endpoints?: boolean | Endpoints;
  readonly allowedHosts?: readonly string[] | 'any';
}

/** Whether this endpoint may answer this request. A policy that throws has not agreed. */
export function authorised(
  request: IncomingMessage,
  endpoint: EndpointName,
  { endpoints, allowedHosts }: EndpointAccess,
): boolean {
  const { authorise } = typeof endpoints === 'object' ? endpoints : {};
  if (authorise === undefined) return endpoint !== 'metrics' || fromNearby(request, allowedHosts);
  try {
    // A promise, which plain JavaScript may return, has not agreed either.
    return (authorise(request, endpoint) as unknown) === true;
  } catch {
    return false;
  }
}

const fromNearby = (request: IncomingMessage, allowedHosts: EndpointAccess['allowedHosts']): boolean => {
  const address = socketAddress(request);
  if (address === undefined || !isNearby(address) || passedProxy(request)) return false;
  return cannotBeRebound(request) || (Array.isArray(allowedHosts) && hostAllowed(request, allowedHosts));
};
