import { map, type OperatorFunction, pipe, scan } from 'rxjs';
import type { TurnMetrics } from './turnMetrics.ts';

/** The figures for which a {@link Summary} has percentiles. */
export const figures = [
  'endpointing',
  'llm',
  'sentence',
  'tts',
  'output',
  'total',
  'stt',
  'llmTotal',
  'bargeIn',
] as const satisfies (keyof TurnMetrics)[];

/** The distribution of one figure over the turns of a call, ms. */
export interface Percentiles {
  /** The number of turns with this figure. */
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The figures of all turns so far; `undefined` for a figure that no turn has yet. */
export type Summary = { readonly [Figure in (typeof figures)[number]]: Percentiles | undefined } & {
  readonly turns: number;
};

/**
 * Emits a summary after every turn: count and percentiles (nearest rank) of every figure.
 *
 * @example
 * call$.pipe(turnMetrics(), summary()).subscribe(({ total }) => console.log(total?.p95));
 */
export const summary = (): OperatorFunction<TurnMetrics, Summary> =>
  pipe(
    scan((all: readonly TurnMetrics[], turn: TurnMetrics) => [...all, turn], []),
    map(summarise),
  );

/** The summary of these turns. */
export function summarise(turns: readonly TurnMetrics[]): Summary {
  const of = (figure: (typeof figures)[number]): Percentiles | undefined => {
    const sorted = turns
      .map(turn => turn[figure])
      .filter(ms => ms !== undefined)
      .sort((a, b) => a - b);
    const rank = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1]!;
    return sorted.length === 0
      ? undefined
      : { count: sorted.length, p50: rank(0.5), p95: rank(0.95), p99: rank(0.99) };
  };
  return {
    turns: turns.length,
    ...(Object.fromEntries(figures.map(figure => [figure, of(figure)])) as Omit<Summary, 'turns'>),
  };
}
