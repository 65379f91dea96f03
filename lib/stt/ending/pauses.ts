/** The most pauses that are kept. */
const most = 20;

/** A longer pause is an interruption by something else, ms. */
const longestMs = 10_000;

/** The pauses, and one more between the end of a voice and the next voice, where both are known. */
export function withPause(
  pausesMs: readonly number[],
  end: number | undefined,
  voiceAt: number,
): readonly number[] {
  const ms = voiceAt - (end ?? NaN);
  return ms > 0 && ms < longestMs ? latestPauses(pausesMs, [ms]) : pausesMs;
}

/** The latest of both, the earlier ones first. */
export const latestPauses = (earlierMs: readonly number[], pausesMs: readonly number[]): readonly number[] =>
  [...earlierMs, ...pausesMs].slice(-most);
