import {
  concat,
  defer,
  delay,
  EMPTY,
  identity,
  merge,
  mergeMap,
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  of,
  takeWhile,
  timer,
} from 'rxjs';
import type { Fault, FaultRule } from './fault.ts';
import { close, json, type ServerFrame } from './frames.ts';

/** Options of {@link faulty}. */
export interface FaultyOptions {
  /** The fault of this stream. */
  readonly rule: FaultRule | undefined;
  /** Faults from outside, at once. */
  readonly strike$: Observable<Fault>;
  /** How this service reports an error in the middle. */
  readonly errorFrames: readonly ServerFrame[];
  /** A message that violates the protocol of this service. Default some text. */
  readonly garbage?: ServerFrame;
  /** Called when a fault has occurred. */
  readonly onStrike: (fault: Fault) => void;
}

const encoder = new TextEncoder();
const nonsense: ServerFrame = { type: 'text', text: '<html>{"type": nonsense' };

/** Lets a stream of a service go wrong in its middle. */
export const faulty =
  ({
    rule,
    strike$,
    errorFrames,
    garbage = nonsense,
    onStrike,
  }: FaultyOptions): MonoTypeOperatorFunction<ServerFrame> =>
  frame$ =>
    defer(() => {
      let silent = false;
      let struck = false;
      let sent = 0;

      const strike = (fault: Fault): readonly ServerFrame[] => {
        onStrike(fault);
        struck = true;
        silent ||= !goesOn.has(fault);
        if (fault === 'garbage') return [garbage];
        return fault === 'error-frame' ? errorFrames : strikes(fault);
      };

      const pass = (frame: ServerFrame): readonly ServerFrame[] => {
        const due = rule?.afterMs === undefined && !struck && sent >= after(rule);
        sent++;
        const before = !silent && rule && due ? strike(rule.fault) : [];
        if (silent) return before;
        const unknown = rule?.fault === 'unknown-messages' ? [stranger(sent)] : [];
        return [...before, ...unknown, frame];
      };

      const timed$ =
        rule?.afterMs === undefined ? EMPTY : timer(rule.afterMs).pipe(mergeMap(() => strike(rule.fault)));
      // A stream that fell silent hasn't ended; one that is over doesn't stay for later faults.
      const ending$ = defer(() => (silent ? NEVER : EMPTY));
      const slow = rule?.fault === 'slow' ? delay<ServerFrame>(rule.delayMs ?? 2_000) : identity;
      const own$ = concat(frame$.pipe(mergeMap(pass)), ending$).pipe(slow);
      return merge(concat(own$, of(over)), timed$, strike$.pipe(mergeMap(strike))).pipe(
        takeWhile((frame): frame is ServerFrame => frame !== over),
      );
    });

const over = Symbol('over');

/** Faults after which the rest of the stream still comes. */
const goesOn: ReadonlySet<Fault> = new Set(['garbage', 'unknown-messages', 'slow', 'bad-frame']);

const after = (rule: FaultRule | undefined): number =>
  rule === undefined ? Infinity : (rule.after ?? (rule.fault === 'mute' || rule.fault === 'slow' ? 0 : 3));

const stranger = (n: number): ServerFrame =>
  json({ type: 'FromTheFuture', object: 'from.the.future', number: n, nested: { of: ['no', 'concern'] } });

function strikes(fault: Fault): readonly ServerFrame[] {
  switch (fault) {
    case 'end':
      return [close(1000)];
    case 'cut':
      return [{ type: 'cut' }];
    case 'half-open':
      return [{ type: 'freeze' }];
    case 'bad-frame':
      return [{ type: 'raw', bytes: encoder.encode('this is no WebSocket frame') }];
    case 'net-0000':
      return [close(1011, netReason('0000'))];
    case 'net-0001':
      return [close(1011, netReason('0001'))];
    case 'connection-limit':
      return [json(limitReached), close(1000)];
    case 'net-0003':
      return [close(1011, netReason('0003'))];
    case 'net-0004':
      return [close(1011, netReason('0004'))];
    case 'session-expired':
      return sessionExpired(3_600_000);
    default:
      return [];
  }
}

const netTexts = {
  '0000': 'Deepgram did not provide a response message within the timeout window.',
  '0001': 'Deepgram did not receive audio data or a text message within the timeout window.',
  '0003': 'The session has lasted for too long.',
  '0004': 'Deepgram did not receive a message within the timeout window.',
} as const;

/** Why Deepgram closes a socket with 1011; the code itself is in the address only. */
export const netReason = (code: keyof typeof netTexts): string =>
  `${netTexts[code]} See https://dpgr.am/net${code}`;

/** The end of a session of OpenAI's Realtime API that has lasted this long, ms. */
export const sessionExpired = (lifetimeMs: number): readonly ServerFrame[] => [
  json({
    type: 'error',
    event_id: 'event_expired',
    error: {
      type: 'invalid_request_error',
      code: 'session_expired',
      message: `Your session hit the maximum duration of ${Math.round(lifetimeMs / 60_000)} minutes.`,
      param: null,
      event_id: null,
    },
  }),
  close(1001),
];
/** The error with which OpenAI ends a WebSocket of the Responses API that has lasted too long. */
export const limitReached = {
  type: 'error',
  status: 400,
  error: {
    type: 'invalid_request_error',
    code: 'websocket_connection_limit_reached',
    message:
      'Responses websocket connection limit reached (60 minutes). Create a new websocket connection to continue.',
    param: null,
  },
};
