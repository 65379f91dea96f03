import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, it } from 'vitest';
import type { ContractSuite } from '../../lib/testing/contracts/contractSuite.ts';
import type { LoopbackServer } from '../../lib/testing/index.ts';

/** A suite whose cases have a server each, so that those that wait for audio in its own time wait at once. */
export interface OwnServers extends ContractSuite {
  /** Address of the running case's server. */
  readonly url: () => string;
  /** Connections that it has open. */
  readonly open: () => number;
}

/** A server on this machine for each case. */
export function ownServers(
  start: () => Promise<Pick<LoopbackServer<object>, 'url' | 'connections'> & AsyncDisposable>,
): OwnServers {
  const servers = new AsyncLocalStorage<Awaited<ReturnType<typeof start>>>();
  return {
    describe: (name, body) => describe.concurrent(name, body),
    it: (name, body, timeoutMs) =>
      it.concurrent(
        name,
        async () => {
          await using server = await start();
          await servers.run(server, body);
        },
        timeoutMs,
      ),
    url: () => servers.getStore()!.url,
    open: () => servers.getStore()!.connections,
  };
}
