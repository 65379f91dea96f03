import type { Fault, FaultRule } from './fault.ts';

/** Options that every loopback server has. */
export interface LoopbackOptions {
  /** The port; 0 takes a free one. Default 0. Fixed once it runs. */
  readonly port?: number;
  /** The key that clients must have. Default: any. It is compared and told to nobody. */
  readonly key?: string;
  /** What goes wrong. Default nothing. */
  readonly faults?: readonly (Fault | FaultRule)[];
  /** Where the chances of faults begin. Default 1. Setting `faults` or `seed` begins anew. */
  readonly seed?: number;
}
