import type { WebSocket } from 'ws';
import { closeCodes } from '../protocol/closeCodes.ts';
import type { ServerLimits } from './options.ts';

/** Connections beyond twice the calls: there for a moment, on their way in or out. */
const more = 16;

/**
 * The places of connections. One that has a call keeps its place; one that has not yet identified itself, or was sent
 * away and lingers, gives it up to a new one when all are taken: the oldest first, of the network that has the most. So
 * silent connections, however many, don't keep out clients that send a request.
 */
export class Places {
  readonly #clients: ReadonlySet<WebSocket>;
  readonly #most: number;
  readonly #mostOfOne: number;
  /** Connections that have a call. */
  readonly #kept = new WeakSet<WebSocket>();
  readonly #networks = new WeakMap<WebSocket, string>();

  constructor(
    clients: ReadonlySet<WebSocket>,
    { calls, callsPerAddress }: Pick<Required<ServerLimits>, 'calls' | 'callsPerAddress'>,
  ) {
    this.#clients = clients;
    this.#most = 2 * calls + more;
    this.#mostOfOne = 2 * callsPerAddress + more;
  }

  /** Makes a place for a connection from this network, if there can be one. */
  make(network: string | undefined): boolean {
    if (network !== undefined && Number.isFinite(this.#mostOfOne)) {
      const theirs = [...this.#clients].filter(client => this.#networks.get(client) === network);
      if (theirs.length >= this.#mostOfOne) return this.#end(theirs.find(client => this.#loose(client)));
    }
    if (this.#clients.size < this.#most) return true;
    const loose = [...this.#clients].filter(client => this.#loose(client));
    const counts = new Map<string | undefined, number>();
    for (const client of loose) {
      const of = this.#networks.get(client);
      counts.set(of, (counts.get(of) ?? 0) + 1);
    }
    const count = (client: WebSocket): number => counts.get(this.#networks.get(client)) ?? 0;
    const worst = Math.max(...counts.values());
    return this.#end(loose.find(client => count(client) === worst));
  }

  /** A connection is there. */
  take(client: WebSocket, network: string | undefined): void {
    if (network !== undefined) this.#networks.set(client, network);
  }

  /** It has a call. */
  keep(client: WebSocket): void {
    this.#kept.add(client);
  }

  #loose(client: WebSocket): boolean {
    return !this.#kept.has(client) || client.readyState !== client.OPEN;
  }

  #end(client: WebSocket | undefined): boolean {
    if (client === undefined) return false;
    client.close(closeCodes.full, 'All lines are busy.');
    client.terminate();
    return true;
  }
}
