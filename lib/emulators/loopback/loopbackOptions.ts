import type { Fault, FaultRule } from './fault.ts';

/** Options that every loopback server has. */
export interface LoopbackOptions {
  /** The port; 0 takes a free one. Default 0. Fixed once it runs. */
  readonly port?: number;
  /** The key that clients must have. Default: any. It is compared, and never logged. */
  readonly key?: string;
  /** The faults. Default none. */
  readonly faults?: readonly (Fault | FaultRule)[];
  /** Seed of the random faults. Default 1. Setting `faults` or `seed` restarts the sequence. */
  readonly seed?: number;
}
