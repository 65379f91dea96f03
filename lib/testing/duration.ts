/** A length or a point of time: ms as a number, or with its unit, "250ms", "0.5s", "2s". */
export type Duration = number | `${number}ms` | `${number}s`;

/**
 * A duration in ms.
 *
 * @throws TypeError for anything that is no time of 0 ms or more.
 */
export function msOf(duration: Duration): number {
  const [, count, unit] = /^([\d.]+)(ms|s)$/u.exec(String(duration)) ?? [];
  const ms = typeof duration === 'number' ? duration : Number(count) * (unit === 's' ? 1000 : 1);
  if (!(ms >= 0))
    throw new TypeError(`Expected a time such as "250ms", "1.5s" or 1500 (ms), but got "${duration}".`);
  // In seconds as people write them: 2.3 s is 2,300 ms, and not 2,299.9999999999995.
  return Math.round(ms * 1000) / 1000;
}

/** A time as the tables have it: seconds with their milliseconds. */
export const inSeconds = (ms: number): string => (ms / 1000).toFixed(3);
