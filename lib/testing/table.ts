import { inSeconds } from './duration.ts';

/** A line of a table: the time, the event, and its details. Times in ms. */
export interface Row {
  readonly at?: number | undefined;
  /** Where it lasts: when it was over; `Infinity` where it wasn't. */
  readonly until?: number | undefined;
  /** "user said", "bot speaking": the kind of a line. */
  readonly what: string;
  /** The text in quotes. In an expectation `undefined` matches any text, and one that ends with "…" is a beginning. */
  readonly text?: string | undefined;
}

/** A row as it is written. */
export const written = ({ at, until, what, text }: Row): string => {
  const time = at === undefined ? '' : inSeconds(at);
  const end = until === undefined ? '' : `-${until === Infinity ? '…' : inSeconds(until)}`;
  const quoted = text === undefined ? '' : ` "${text}"`;
  return `${time}${end}${time === '' ? '' : '  '}${what}${quoted}`;
};

const rowPattern =
  /^(?:(?<at>\d+(?:\.\d+)?)(?:\s*[-–]\s*(?<until>\d+(?:\.\d+)?|…))?\s+)?(?<what>[^"“]*?)(?:\s*["“](?<text>.*)["”])?$/u;

/** The rows of a table as people write it: a line each; empty ones and comments (`//`) don't count. */
export const rowsOf = (table: string): Row[] =>
  table
    .split('\n')
    .map(line => line.replace(/(^|\s)\/\/.*$/u, '').trim())
    .filter(line => line !== '')
    .map(line => {
      const { at, until, what = '', text } = rowPattern.exec(line)?.groups ?? {};
      return {
        at: at === undefined ? undefined : seconds(at),
        until: until === undefined ? undefined : until === '…' ? Infinity : seconds(until),
        what: what.replace(/\s+/gu, ' '),
        text,
      };
    });

const seconds = (text: string): number => Math.round(Number(text) * 1000);

/** Whether a row is as an expectation has it: times to the millisecond. */
export const meets = (expected: Row, actual: Row): boolean =>
  sameTime(expected.at, actual.at) &&
  sameTime(expected.until, actual.until) &&
  expected.what === actual.what &&
  sameText(expected.text, actual.text);

const sameTime = (expected: number | undefined, actual: number | undefined): boolean =>
  expected === actual || (expected !== undefined && actual !== undefined && expected === Math.round(actual));

const sameText = (expected: string | undefined, actual = ''): boolean =>
  expected === undefined ||
  (expected.endsWith('…') ? actual.startsWith(expected.slice(0, -1)) : actual === expected);
