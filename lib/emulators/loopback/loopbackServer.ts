import type { Observable } from 'rxjs';
import type { Endpoint, Fault } from './fault.ts';
import type { LoopbackEvent } from './loopbackEvent.ts';

/** A server of a provider's protocol on this machine. */
export interface LoopbackServer<Options> extends AsyncDisposable {
  /** Where it is: `http://127.0.0.1:…`. */
  readonly url: string;
  readonly port: number;
  /** Its events from now on. Completes when it is closed. */
  readonly event$: Observable<LoopbackEvent>;
  /** Its events so far (the last 10,000). */
  readonly events: readonly LoopbackEvent[];
  /** How many WebSockets are open and requests in progress. */
  readonly connections: number;
  /** How many TCP connections are open, idle ones too. */
  readonly sockets: number;
  /**
   * Changes options while it runs; of latencies and limits those that are not named stay. Open connections keep their faults;
   * everything else applies at once. Settles when it is applied (a port that is `refused` has to be opened and closed).
   */
  readonly set: (patch: Partial<Options>) => Promise<void>;
  /** Strikes the open streams with a fault, at all endpoints or one. */
  readonly strike: (fault: Fault, endpoint?: Endpoint) => void;
  /** Ends it, and every connection to it. */
  readonly close: () => Promise<void>;
}
