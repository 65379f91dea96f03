import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Duplex } from 'node:stream';
import { Subject } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import { addressOf, type Connection, plainQuery, type Strike, strikesOf } from './connection.ts';
import { type Endpoint, faults } from './fault.ts';
import { FaultPlan } from './faultPlan.ts';
import type { LoopbackEvent } from './loopbackEvent.ts';
import type { LoopbackOptions } from './loopbackOptions.ts';
import type { LoopbackServer } from './loopbackServer.ts';
import { rawReply, type Refusal, reply, type Reply } from './reply.ts';

/** The provider's part of the host. */
export interface Service<Options> {
  /** Which endpoint a request asks for, if any. */
  readonly endpoint: (
    method: string,
    path: string,
    upgrade: boolean,
    query: URLSearchParams,
  ) => Endpoint | undefined;
  /** Whether a request has a key that could be right. */
  readonly authorised: (request: IncomingMessage, options: Options) => boolean;
  /** Answers with an error: a rule's, or that of a missing key or path. */
  readonly refuse: (status: Refusal, connection: Connection) => Reply;
  readonly serve: (request: IncomingMessage, response: ServerResponse, connection: Connection) => void;
  readonly upgrade?: (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    connection: Connection,
  ) => Reply | undefined;
}

const keptEvents = 10_000;
/** How long an idle connection may wait for the next request: longer than people are silent, as with the services. */
const keepAliveMs = 60_000;

/** Runs a service on this machine: sockets, faults of connecting, events and the end of it all. */
export async function host<Options extends LoopbackOptions>(
  makeService: (options: () => Options) => Service<Options>,
  initial: Options,
): Promise<LoopbackServer<Options>> {
  let options = initial;
  let plan = new FaultPlan(options.faults ?? [], options.seed ?? 1);
  let connections = 0;
  let open = 0;
  const service = makeService(() => options);
  const sockets = new Set<Socket>();
  const events: LoopbackEvent[] = [];
  const event$ = new Subject<LoopbackEvent>();
  const strike$ = new Subject<Strike>();

  const connect = (request: IncomingMessage, upgrade: boolean): Connection & { readonly known: boolean } => {
    const { pathname, searchParams } = addressOf(request);
    const found = service.endpoint(request.method ?? 'GET', pathname, upgrade, searchParams);
    const endpoint = found ?? 'other';
    const connection = ++connections;
    open++;
    let over = false;
    const log: Connection['log'] = happening => {
      if (over) return; // The side that closed first has reported it.
      over = happening.type === 'closed';
      if (over) open--;
      const event = { at: performance.now(), endpoint, connection, ...happening };
      events.push(event);
      if (events.length > keptEvents) events.shift();
      event$.next(event);
    };
    log({ type: 'opened', query: plainQuery(searchParams), port: request.socket.remotePort });
    return {
      endpoint,
      known: found !== undefined,
      query: searchParams,
      requestId: randomUUID(),
      fate: plan.next(endpoint),
      strike$: strikesOf(strike$, endpoint),
      log,
    };
  };

  /** The response in place of the service, if any: a whole one, or none. */
  const refusalOf = (
    request: IncomingMessage,
    connection: ReturnType<typeof connect>,
  ): Reply | 'no-answer' | 'refused' | undefined => {
    const { known, fate, log } = connection;
    const authorised = service.authorised(request, options);
    const refusal = fate.refusal ?? (known ? (authorised ? undefined : unauthorised) : unknown);
    if (refusal === undefined) return undefined;
    const { fault } = refusal;
    const answer = fault === 'no-answer' || fault === 'refused' ? fault : service.refuse(refusal, connection);
    const status = typeof answer === 'string' ? undefined : answer.status;
    log({ type: 'refused', status, authorised });
    if (fate.refusal) log({ type: 'fault', fault });
    return answer;
  };

  // The services keep idle connections for minutes.
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    const connection = connect(request, false);
    response.once('close', () =>
      connection.log({ type: 'closed', by: response.writableFinished ? 'server' : 'client' }),
    );
    const refusal = refusalOf(request, connection);
    if (refusal === undefined) service.serve(request, response, connection);
    else if (refusal === 'no-answer') request.resume();
    else if (refusal === 'refused') request.socket.resetAndDestroy();
    else request.resume().once('end', () => reply(response, refusal));
  });

  server.on('upgrade', (request, socket, head) => {
    const connection = connect(request, true);
    const refusal = refusalOf(request, connection) ?? service.upgrade?.(request, socket, head, connection);
    if (refusal === undefined) return;
    let by: 'client' | 'server' = 'server';
    socket.resume().once('end', () => {
      if (refusal === 'no-answer') by = 'client';
      socket.destroy();
    });
    socket.once('close', () => connection.log({ type: 'closed', by }));
    if (refusal === 'refused') request.socket.resetAndDestroy();
    else if (refusal !== 'no-answer') socket.end(rawReply(refusal));
  });

  server.keepAliveTimeout = keepAliveMs;
  server.on('connection', socket => {
    socket.setNoDelay();
    socket.on('error', () => undefined);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  let port = options.port ?? 0;
  const listen = (): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen();
  ({ port } = server.address() as AddressInfo);
  if (plan.closed) server.close();

  const end = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise(resolve => server.close(resolve));
    event$.complete();
    strike$.complete();
  };

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    event$: event$.asObservable(),
    events,
    get connections() {
      return open;
    },
    get sockets() {
      return sockets.size;
    },
    set: async patch => {
      options = merged(options, patch);
      if ('faults' in patch || 'seed' in patch) plan = new FaultPlan(options.faults ?? [], options.seed ?? 1);
      if (plan.closed && server.listening) server.close();
      if (!plan.closed && !server.listening) await listen();
    },
    strike: (fault, endpoint) => {
      if (faults[fault].kind !== 'stream')
        throw new RxvoiceError(`strike: ${fault} is nothing that happens in the middle of a stream.`);
      strike$.next({ fault, endpoint });
    },
    close: end,
    [Symbol.asyncDispose]: end,
  };
}

/** Options with others in their place; of latencies and limits those that aren't named stay. */
const merged = <Options extends object>(options: Options, patch: Partial<Options>): Options =>
  Object.fromEntries(
    Object.entries({ ...options, ...patch }).map(([name, value]: [string, unknown]) => [
      name,
      name === 'latencies' || name === 'limits'
        ? { ...(options as Readonly<Record<string, object>>)[name], ...(value as object) }
        : value,
    ]),
  ) as Options;

const unauthorised: Refusal = { fault: '401' };
const unknown: Refusal = { fault: '404' };
