import { printableJson } from '../../lib/text/printable.ts';
import { thousandths } from '../../lib/text/thousandths.ts';
import type { View } from './view.ts';

/** One JSON object a line, for programs: every event with `at`, `turn.metrics` after each turn, `summary` at the end. */
export const jsonView = (write: (line: string) => void): View => {
  const put = (value: object): void => write(`${printableJson(value, readable)}\n`);
  return {
    event: (event, at) =>
      put({ at, ...event, ...('progress' in event && { progress: hundredths(event.progress) }) }),
    turn: metrics => put({ type: 'turn.metrics', ...metrics }),
    note: () => undefined,
    end: summary => put({ type: 'summary', ...summary }),
  };
};

/** Rounds the progress of loading; its last digits are noise. */
const hundredths = (share: number): number => Math.round(share * 100) / 100;

/** Errors as their messages; numbers rounded to thousandths. */
const readable = (key: string, value: unknown): unknown =>
  value instanceof Error ? { name: value.name, message: value.message } : thousandths(key, value);
