import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { Observable, Subject } from 'rxjs';
import { notePromise } from '../../rx/promiseGuard.ts';
import { mcpCodes } from './mcpError.ts';
import { type McpOptions, serverName } from './mcpOptions.ts';
import type { McpSdk } from './mcpSdk.ts';
import { mcpTransport } from './mcpTransport.ts';

/** An open connection to a server. */
export interface McpConnection {
  readonly client: Client;
  /** Emits when the server says that its tools have changed. */
  readonly changed$: Observable<unknown>;
  /** Ends the connection with an error, for all subscribers. */
  readonly fail: (error: unknown) => void;
}

/** How long a server may take to answer whether it is still there, ms. */
const pingMs = 2_000;

/**
 * A connection to a server. Subscribing opens it and emits it once it is initialised; unsubscribing closes it, with the
 * process. It errors when the connection is lost.
 */
export const mcpConnection = (sdk: McpSdk, options: McpOptions): Observable<McpConnection> =>
  new Observable(subscriber => {
    const name = serverName(options);
    notePromise(`the MCP server '${name}'`);
    const { connectMs = 5_000 } = options;
    const changed$ = new Subject<void>();
    const client = new sdk.Client({ name: 'rxvoice', version: '1' }, { capabilities: {} });
    const fail = (error: unknown): void => {
      if (!subscriber.closed) subscriber.error(error);
    };
    let isOpen = false;
    let isChecking = false;

    // Over HTTP a lost server shows in a broken stream only, and the SDK then waits for the answer to a request.
    const check = (): void => {
      if (!isOpen || isChecking || subscriber.closed || 'command' in options) return;
      isChecking = true;
      void client
        .ping({ timeout: pingMs })
        .catch(fail)
        .finally(() => (isChecking = false));
    };
    client.onclose = () => isOpen && fail({ code: mcpCodes.connectionClosed });
    client.onerror = check;
    client.setNotificationHandler(sdk.ToolListChangedNotificationSchema, () => changed$.next());

    const open = async (): Promise<void> => {
      await client.connect(mcpTransport(sdk, options), { timeout: connectMs });
      isOpen = true;
      subscriber.next({ client, changed$, fail });
    };
    open().catch(fail);
    return () => void close(client);
  });

/** Ends the session, which some servers keep otherwise, and closes. Later failures are ignored. */
async function close(client: Client): Promise<void> {
  const { transport } = client;
  client.onerror = ignored;
  client.onclose = ignored;
  try {
    if (transport && 'terminateSession' in transport && typeof transport.terminateSession === 'function') {
      const ended = (transport.terminateSession as () => Promise<void>)().catch(ignored);
      await Promise.race([ended, new Promise(done => setTimeout(done, 500).unref())]);
    }
    await client.close();
  } catch {
    // The server is gone already.
  }
}

const ignored = (): void => undefined;
