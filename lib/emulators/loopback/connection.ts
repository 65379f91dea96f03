import type { IncomingMessage } from 'node:http';
import { filter, map, type Observable } from 'rxjs';
import { concerns, type Endpoint, type Fault } from './fault.ts';
import type { Fate } from './faultPlan.ts';
import type { LoopbackHappening } from './loopbackEvent.ts';

/** A fault that strikes from outside. */
export interface Strike {
  readonly fault: Fault;
  readonly endpoint: Endpoint | undefined;
}

/** One WebSocket or request, as its protocol sees it. */
export interface Connection {
  readonly endpoint: Endpoint;
  readonly query: URLSearchParams;
  readonly requestId: string;
  readonly fate: Fate;
  readonly strike$: Observable<Fault>;
  readonly log: (happening: LoopbackHappening) => void;
}

/** The strikes that are meant for an endpoint. */
export const strikesOf = (strike$: Observable<Strike>, to: Endpoint): Observable<Fault> =>
  strike$.pipe(
    filter(({ fault, endpoint }) => concerns({ fault, ...(endpoint && { on: endpoint }) }, to)),
    map(({ fault }) => fault),
  );

/** The address a request asks for. */
export const addressOf = (request: IncomingMessage): URL => new URL(request.url ?? '/', 'http://loopback');

/** A query, as events show it. */
export const plainQuery = (query: URLSearchParams): Readonly<Record<string, string | readonly string[]>> =>
  Object.fromEntries(
    [...new Set(query.keys())].map(name => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? values[0]! : values];
    }),
  );
