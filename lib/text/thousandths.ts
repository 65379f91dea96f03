/**
 * A replacer for `JSON.stringify` that keeps three decimals of each number: microseconds of figures in milliseconds,
 * without the rounding errors of subtracting two times.
 *
 * @example
 * JSON.stringify({ llm: 400.3 - 150.2 }, thousandths) // {"llm":250.1}
 */
export const thousandths = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 1000) / 1000 : value;
