import type { TurnSoFar } from './completeness.ts';

/** How long a silence must last before a turn ends, ms since the voice ended. */
export type Silence = (turn: TurnSoFar & { readonly probability: number }) => number;

/** Delays of {@link patience}. */
export interface PatienceOptions {
  /** After words that sound complete, ms. Default 0: the engine's own endpointing is enough. */
  readonly completeMs?: number;
  /** After words that sound unfinished, ms. Default 1,200. */
  readonly unfinishedMs?: number;
  /** The completeness below which words sound unfinished. Default 0.5. */
  readonly threshold?: number;
}

/**
 * Waits for users who are only thinking: longer after "I would like a pizza and" than after "A pizza, please."
 *
 * @example
 * endOfTurn({ silenceMs: patience({ unfinishedMs: 2_000 }) })
 */
export const patience =
  ({ completeMs = 0, unfinishedMs = 1_200, threshold = 0.5 }: PatienceOptions = {}): Silence =>
  ({ probability }) =>
    probability < threshold ? Math.max(unfinishedMs, completeMs) : completeMs;

/** How {@link adaptivePatience} adapts. */
export interface AdaptivePatienceOptions extends Omit<PatienceOptions, 'completeMs'> {
  /** The shortest and longest delay after complete words, ms. Default 200 and 1,200. */
  readonly minMs?: number;
  readonly maxMs?: number;
  /** The delay before it has measured three pauses, ms. Default 500. */
  readonly firstMs?: number;
}

/**
 * Adapts to the user's own pauses within turns: waits a little longer than four of five of them, so that a slow
 * speaker gets time and a fast one quick answers.
 *
 * @example
 * endOfTurn({ silenceMs: adaptivePatience({ minMs: 250, maxMs: 1_500 }) })
 */
export const adaptivePatience =
  ({ minMs = 200, maxMs = 1_200, firstMs = 500, ...options }: AdaptivePatienceOptions = {}): Silence =>
  turn => {
    const sorted = turn.pausesMs.toSorted((a, b) => a - b);
    const usual = sorted[Math.ceil(0.8 * sorted.length) - 1] ?? 0;
    const completeMs = sorted.length < 3 ? firstMs : Math.min(maxMs, Math.max(minMs, 1.2 * usual));
    return patience({ ...options, completeMs: Math.round(completeMs) })(turn);
  };
