import type { View } from './view.ts';

/** One JSON object a line, for programs: every event with `at`, `turn.metrics` after each turn, `summary` at the end. */
export const jsonView = (write: (line: string) => void): View => {
  const put = (value: object): void => write(`${JSON.stringify(value, errorsAsText)}\n`);
  return {
    event: (event, at) => put({ at, ...event }),
    turn: metrics => put({ type: 'turn.metrics', ...metrics }),
    note: () => undefined,
    end: summary => put({ type: 'summary', ...summary }),
  };
};

const errorsAsText = (_: string, value: unknown): unknown =>
  value instanceof Error ? { name: value.name, message: value.message } : value;
