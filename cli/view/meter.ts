/** The softest sound that a meter shows, and the loudest, dB below full scale. */
const range = { softest: -54, loudest: -10 };

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** How much of a meter a level (0 … 1 of full scale, see `level`) fills, 0 … 1: in decibels, as loudness is perceived. */
export const share = (level: number): number =>
  level <= 0
    ? 0
    : Math.min(1, Math.max(0, (20 * Math.log10(level) - range.softest) / (range.loudest - range.softest)));

/** A bar of a given number of columns, filled to a share, in steps of an eighth of a column; the rest are spaces. */
export function meter(filled: number, columns: number): string {
  const steps = Math.round(Math.min(1, Math.max(0, filled)) * columns * 8);
  return ('█'.repeat(steps >> 3) + eighths[steps & 7]!).padEnd(columns);
}
