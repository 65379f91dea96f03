import type { Noticing, Warmable } from '../lib/index.ts';

/** What stands in for an input or an output, with what that has beside its work: its notices, its warming up. */
export function wrap<Original extends object>(original: Original, standIn: Original): Original {
  const { notice$, warm$ } = original as Noticing & Warmable;
  return Object.assign(standIn, notice$ && { notice$ }, warm$ && { warm$ });
}
