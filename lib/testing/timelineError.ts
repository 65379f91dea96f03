import { meets, type Row, written } from './table.ts';

/**
 * A conversation that differs from its expectation. The message shows both, line by line: `≠` where they
 * differ, `-` for a missing line, `+` for an unexpected one.
 */
export class TimelineError extends Error {
  override readonly name = 'TimelineError';
}

/**
 * Compares the events with the expectation. The error points to the expectation's own line.
 *
 * @throws TimelineError where they differ.
 */
export function compare(
  what: string,
  expected: readonly Row[],
  actual: readonly Row[],
  expectation: (table: string) => void,
): void {
  const pairs = aligned(expected, actual);
  const wrong = pairs.filter(pair => sign(pair) !== ' ').length;
  if (wrong === 0) return;
  const left = pairs.map(([row]) => (row ? written(row) : ''));
  const width = Math.max('expected'.length, ...left.map(line => line.length));
  const lines = pairs.map((pair, index) =>
    `${sign(pair)} ${left[index]!.padEnd(width)}   ${pair[1] ? written(pair[1]) : ''}`.trimEnd(),
  );
  const error = new TimelineError(
    `${what} is not as expected: ${wrong} of ${pairs.length} lines differ.\n\n` +
      [`  ${'expected'.padEnd(width)}   actual`, ...lines].map(line => `  ${line}`).join('\n') +
      '\n',
  );
  Error.captureStackTrace(error, expectation);
  throw error;
}

type Pair = readonly [expected: Row | undefined, actual: Row | undefined];

const sign = ([expected, actual]: Pair): string =>
  expected === undefined ? '+' : actual === undefined ? '-' : meets(expected, actual) ? ' ' : '≠';

/** Two tables side by side, so that as few lines as can be differ; only lines about the same stand side by side. */
function aligned(expected: readonly Row[], actual: readonly Row[]): Pair[] {
  // costs[i][j]: the differences from line i of the one and line j of the other on.
  const costs = Array.from({ length: expected.length + 1 }, () =>
    new Array<number>(actual.length + 1).fill(0),
  );
  const pairCost = (i: number, j: number): number =>
    expected[i]!.what !== actual[j]!.what ? Infinity : meets(expected[i]!, actual[j]!) ? 0 : 1;
  for (let i = expected.length; i >= 0; i -= 1)
    for (let j = actual.length; j >= 0; j -= 1) {
      if (i === expected.length) costs[i]![j] = actual.length - j;
      else if (j === actual.length) costs[i]![j] = expected.length - i;
      else
        costs[i]![j] = Math.min(
          costs[i + 1]![j + 1]! + pairCost(i, j),
          costs[i + 1]![j]! + 1,
          costs[i]![j + 1]! + 1,
        );
    }
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  while (i < expected.length || j < actual.length) {
    const here = costs[i]![j]!;
    if (i < expected.length && j < actual.length && here === costs[i + 1]![j + 1]! + pairCost(i, j))
      pairs.push([expected[i++], actual[j++]]);
    else if (i < expected.length && here === costs[i + 1]![j]! + 1) pairs.push([expected[i++], undefined]);
    else pairs.push([undefined, actual[j++]]);
  }
  return pairs;
}
