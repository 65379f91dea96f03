import { RxvoiceError } from '../../errors.ts';
import { befalls, type Endpoint, type Fault, type FaultRule, faults } from './fault.ts';
import { type Random, seeded } from './seeded.ts';

/** The faults of one connection. */
export interface Fate {
  /** Instead of an answer. */
  readonly refusal: FaultRule | undefined;
  /** In the middle of one. */
  readonly stream: FaultRule | undefined;
  /** Whether the service misbehaves so. */
  readonly has: (fault: Fault) => boolean;
}

/** Chooses the faults of each connection: by its number, or at random with a seed. */
export class FaultPlan {
  readonly #rules: readonly FaultRule[];
  readonly #random: Random;
  readonly #counts = new Map<Endpoint, number>();

  constructor(rules: readonly (Fault | FaultRule)[], seed: number) {
    this.#rules = rules.map(rule => (typeof rule === 'string' ? { fault: rule } : rule));
    const stranger = this.#rules.find(({ fault }) => !(fault in faults));
    if (stranger)
      throw new RxvoiceError(
        `faults: there is no fault ${JSON.stringify(stranger.fault)}. There are ${Object.keys(faults).join(', ')}.`,
      );
    this.#random = seeded(seed);
  }

  /** Whether all connections are refused. */
  get closed(): boolean {
    return this.#rules.some(
      ({ fault, on, nth, probability = 1 }) =>
        fault === 'refused' && on === undefined && nth === undefined && probability >= 1,
    );
  }

  /** The fate of the next connection to an endpoint. */
  next(endpoint: Endpoint): Fate {
    const n = (this.#counts.get(endpoint) ?? 0) + 1;
    this.#counts.set(endpoint, n);
    const struck = this.#rules.filter(
      rule => befalls(rule, endpoint, n) && this.#random() < (rule.probability ?? 1),
    );
    const first = (kind: 'refusal' | 'stream') => struck.find(({ fault }) => faults[fault].kind === kind);
    return {
      refusal: first('refusal'),
      stream: first('stream'),
      has: fault => struck.some(rule => rule.fault === fault),
    };
  }
}
