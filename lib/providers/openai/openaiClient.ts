import type { OpenAI } from 'openai';
import {
  catchError,
  EMPTY,
  exhaustMap,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  type Observable,
} from 'rxjs';
import { of, ReplaySubject, share, Subject, tap, timer } from 'rxjs';
import type { Loading, Notice, Warmable } from '../../engine.ts';
import { withSignal } from '../../rx/withSignal.ts';
import { keptOpen } from '../http/keptOpen.ts';
import type { OpenaiConnection, OpenaiConnectionOptions } from './openaiConnection.ts';
import { plainErrors } from './plainErrors.ts';
import { openaiSdk, type OpenaiSdk } from './openaiSdk.ts';

/** The SDK's client of one engine, and its connections. */
export interface OpenaiClient {
  /** A client that reports how its requests got their connections. */
  readonly client: (tell: (notice: Notice) => void) => OpenAI;
  readonly sdk: OpenaiSdk;
  /** Keeps a connection open while it is subscribed; reports a key that the server refuses. */
  readonly held$: Observable<Notice> | undefined;
}

/** How often an idle connection is used, so that the server keeps it, ms. */
const knockMs = 240_000;

/** Makes a client. With a `fetch` of the user's own its connections are the user's as well. */
export function openaiClient(
  { apiKey, baseURL, who }: OpenaiConnection,
  { headers, fetch }: OpenaiConnectionOptions,
  model: string,
): OpenaiClient {
  const sdk = openaiSdk();
  const kept = fetch === undefined ? keptOpen() : undefined;
  const client = new sdk.OpenAI({
    apiKey,
    baseURL,
    // Its retries ignore an abort while they wait, and its log would hold people's words.
    maxRetries: 0,
    logLevel: 'off',
    defaultHeaders: { ...headers },
    fetch: plainErrors(fetch ?? kept!.fetch()),
  });
  if (kept === undefined) return { client: () => client, sdk, held$: undefined };

  // The connection is open after any answer of the server. (After a HEAD undici closes it.)
  const address = `${baseURL.replace(/\/$/u, '')}/models/${encodeURIComponent(model)}`;
  const knock = async (signal: AbortSignal): Promise<Response> => {
    const authorization = `Bearer ${apiKey}`;
    const response = await kept.fetch()(address, { headers: { authorization, ...headers }, signal });
    await response.arrayBuffer();
    return response;
  };
  const knock$ = withSignal(signal => from(knock(signal))).pipe(catchError(() => EMPTY));

  const refused$ = timer(0, knockMs).pipe(
    exhaustMap(() => knock$),
    filter(({ status }) => status === 401),
    map((): Notice => ({ type: 'warning', message: `${who} does not accept the API key.` })),
  );
  return {
    client: tell => client.withOptions({ fetch: plainErrors(kept.fetch(tell)) }),
    sdk,
    held$: merge(kept.open$, refused$).pipe(
      share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: true }),
    ),
  };
}

/**
 * An engine with a session for each call, which reports its own requests only. A call does not wait for the
 * connection: if it is not there by the first turn, that turn opens one. An engine with a `warm$` of its own keeps it.
 */
export function perCall<Work extends object>(
  { client, held$ }: OpenaiClient,
  engine: string,
  make: (client: OpenAI, tell: (notice: Notice) => void) => Work,
): Work & { readonly notice$: Observable<Notice>; readonly session: () => Work } {
  const session = (): Work & { readonly notice$: Observable<Notice> } => {
    const notice$ = new Subject<Notice>();
    const tell = (notice: Notice): void => notice$.next(notice);
    const ready: Loading = { engine, progress: 1 };
    const work = make(client(tell), tell);
    const own$ = (work as Warmable).warm$;
    const warm$ = own$ ?? (held$ && merge(of(ready), held$.pipe(tap(tell), ignoreElements())));
    return Object.assign(work, {
      notice$: notice$.asObservable(),
      ...(warm$ && { warm$ }),
    });
  };
  return Object.assign(session(), { session });
}
