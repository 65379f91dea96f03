import type { Noticing, Warmable } from '../lib/index.ts';

/** A replacement for an input or output that keeps the original's notices and warm-up. */
export function wrap<Original extends object>(original: Original, standIn: Original): Original {
  const { notice$, warm$ } = original as Noticing & Warmable;
  return Object.assign(standIn, notice$ && { notice$ }, warm$ && { warm$ });
}
