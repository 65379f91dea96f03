import { mergeMap, type OperatorFunction, timestamp } from 'rxjs';
import { RxvoiceError } from '../errors.ts';
import { oneLine } from '../text/oneLine.ts';
import { thousandths } from '../text/thousandths.ts';
import type { ServerEvent } from './serverEvents.ts';

/**
 * Events of a server as lines of JSON for a log: calls, turns with their metrics, warnings, failures. They
 * contain neither speech nor keys.
 *
 * @example
 * server.event$.pipe(logLines()).subscribe(line => console.log(line));
 */
export const logLines = (): OperatorFunction<ServerEvent, string> => event$ =>
  event$.pipe(
    timestamp(),
    mergeMap(({ value, timestamp: at }) => {
      const entry = entryOf(value);
      if (entry === undefined) return [];
      // Escaped, it is the same JSON: whatever shows the log obeys nothing in it.
      return [oneLine(JSON.stringify({ time: new Date(at).toISOString(), ...entry }, thousandths), Infinity)];
    }),
  );

function entryOf(event: ServerEvent): object | undefined {
  switch (event.type) {
    case 'happened': {
      const { call, event: happened } = event;
      if (happened.type === 'turn.failed')
        return {
          level: 'error',
          message: 'turn failed',
          call,
          turn: happened.turn,
          stage: happened.stage,
          cause: describe(happened.cause),
        };
      if (happened.type === 'call.warning')
        return { level: 'warn', message: happened.message, call, stage: happened.stage };
      return undefined;
    }
    case 'measured': {
      const { turn, ...figures } = event.turn;
      return { level: 'info', message: 'turn', call: event.call, turn, ...figures };
    }
    case 'dtmf':
      return { level: 'info', message: 'key pressed', call: event.call }; // which may be a PIN
    case 'ended': {
      const { type, cause, ...rest } = event;
      return {
        level: cause === undefined ? 'info' : 'error',
        message: 'call ended',
        ...rest,
        ...(cause !== undefined && { cause: describe(cause) }),
      };
    }
    case 'refused': {
      const { type, ...rest } = event;
      return { level: 'warn', message: 'connection refused', ...rest };
    }
    default: {
      const { type, ...rest } = event;
      return { level: type === 'dropped' ? 'warn' : 'info', message: `call ${type}`, ...rest };
    }
  }
}

/**
 * An error for a log. Messages of ours hold no key and nothing that was said; others are known by their kind, and by
 * where they were thrown.
 */
function describe(error: unknown): string {
  if (RxvoiceError.is(error)) return error.message;
  if (!(error instanceof Error)) return typeof error;
  const { name, message, stack = '' } = error;
  const [frame] = /^ +at .*$/mu.exec(stack.slice(stack.indexOf(message) + message.length)) ?? [];
  return frame === undefined ? name : `${name} ${frame.trim()}`;
}
