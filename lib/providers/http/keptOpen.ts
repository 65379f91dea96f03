import { createRequire } from 'node:module';
import { Observable, share } from 'rxjs';
import type { Agent, Client, Dispatcher, RequestInit } from 'undici';
import type { Notice } from '../../engine.ts';

/** How a request came by its connection. */
export type Connected = Extract<Notice, { readonly type: 'connected' }>;

/** Called with how a request got its connection. */
type Tell = (connected: Connected) => void;

/** Connections to a server that are reused and reported. */
export interface KeptOpen {
  /** A `fetch` over these connections, which reports for each request how it got its connection. */
  readonly fetch: (tell?: Tell) => typeof fetch;
  /** While it is subscribed, connections stay open for minutes between requests; it emits nothing. */
  readonly open$: Observable<never>;
}

/** How long an idle connection is kept open while `open$` is subscribed, and otherwise, ms. */
const idleMs = { held: 300_000, else: 4_000 } as const;

/** After how long a silent connection shows by itself that it still exists, ms: routers forget silent ones. */
const probeMs = 15_000;

/**
 * Connections that outlast the pauses of a conversation. Node's own `fetch` closes one that was idle for 4 s, so that
 * nearly every turn would begin with a new one: three round trips with TLS.
 *
 * Idle connections keep no process alive; unsubscribing `open$` closes them.
 */
export function keptOpen(): KeptOpen {
  const { undici, agent, unheld } = (agents ??= makeAgents());
  let held: Agent | undefined;
  const kept =
    (tell?: Tell) =>
    (input: string | URL, init?: RequestInit): Promise<unknown> =>
      undici.fetch(input, { ...init, dispatcher: telling(held ?? unheld, tell) });

  return {
    fetch: tell => kept(tell) as unknown as typeof fetch,
    open$: new Observable<never>(() => {
      const mine = (held = agent(idleMs.held));
      return () => {
        held = undefined;
        mine.close().catch(() => undefined);
      };
    }).pipe(share()),
  };
}

/** A request of an agent, with its callback. (AsyncLocalStorage would do it too, at a cost to all of the process.) */
interface ToldOptions extends Dispatcher.DispatchOptions {
  readonly tell?: Tell | undefined;
}

const telling = (agent: Agent, tell: Tell | undefined): Dispatcher =>
  tell === undefined
    ? agent
    : agent.compose(dispatch => (options, handler) => dispatch({ ...options, tell } as ToldOptions, handler));

/** Loaded with the first engine that needs it: it takes a moment, and servers without one need not wait. */
let agents: ReturnType<typeof makeAgents> | undefined;

function makeAgents() {
  // Node loads its own undici when a class of `fetch` is first read. Of two, the first makes the connections of the global
  // `fetch`: undici 7 would refuse a content-length that Node's accepts, in programs that never asked for it.
  Reflect.get(globalThis, 'Response');
  const undici = createRequire(import.meta.url)('undici') as typeof import('undici');

  class TellingClient extends undici.Client {
    #open = false;

    constructor(origin: string | URL, options: Client.Options) {
      super(origin, options);
      this.on('connect', () => (this.#open = true));
      this.on('disconnect', () => (this.#open = false));
    }

    override dispatch(options: ToldOptions, handler: Dispatcher.DispatchHandler): boolean {
      const { tell } = options;
      if (tell && this.#open) tell({ type: 'connected', reused: true, ms: 0 });
      else if (tell) this.#tellWhenOpen(tell);
      return super.dispatch(options, handler);
    }

    #tellWhenOpen(tell: Tell): void {
      const begunAt = performance.now();
      const over = (): void => {
        this.off('connect', connected).off('connectionError', over);
      };
      const connected = (): void => {
        over();
        tell({ type: 'connected', reused: false, ms: performance.now() - begunAt });
      };
      this.on('connect', connected).on('connectionError', over);
    }
  }

  const agent = (keepAliveTimeout: number): Agent =>
    new undici.Agent({
      keepAliveTimeout,
      // A server may ask for less, not for more.
      keepAliveMaxTimeout: keepAliveTimeout,
      // The engines have limits of their own.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { keepAliveInitialDelay: probeMs },
      factory: (origin, options) =>
        new undici.Pool(origin, {
          ...(options as Client.Options),
          factory: (address, clientOptions) => new TellingClient(address, clientOptions),
        }),
    });

  return { undici, agent, unheld: agent(idleMs.else) };
}
