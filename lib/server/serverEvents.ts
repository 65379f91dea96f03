import type { ConversationEvent } from '../conversation/events.ts';
import type { TurnMetrics } from '../metrics/turnMetrics.ts';

/** The transport of a call. */
export type Transport = 'web' | 'phone';

/** Everything that happens at a server; `call` names the call. The source of logs, metrics and traces. */
export type ServerEvent =
  | {
      readonly type: 'placed';
      readonly call: string;
      readonly transport: Transport;
      /** The user, where a token or your own code names one. */
      readonly user?: string | undefined;
      /** Where the call comes from: the connection's address, or that of `addressOf`. */
      readonly address?: string | undefined;
    }
  /** Something happened in the conversation. Holds people's words: not for logs. */
  | { readonly type: 'happened'; readonly call: string; readonly event: ConversationEvent }
  /** The figures of a turn that ended. */
  | { readonly type: 'measured'; readonly call: string; readonly turn: TurnMetrics }
  /** A key was pressed at the phone: 0–9, *, #. */
  | { readonly type: 'dtmf'; readonly call: string; readonly digit: string }
  /** The connection was lost; the call waits for another. */
  | { readonly type: 'detached'; readonly call: string }
  | { readonly type: 'resumed'; readonly call: string }
  /** The number of messages that were dropped for a slow reader. */
  | { readonly type: 'dropped'; readonly call: string; readonly messages: number }
  | {
      readonly type: 'ended';
      readonly call: string;
      readonly transport: Transport;
      /** The close code: 1000 for a call that was hung up. */
      readonly code: number;
      readonly reason: string;
      readonly lastedMs: number;
      /** Why it failed, with code 4500. */
      readonly cause?: unknown;
    }
  /** A connection or a request was refused, before there was a call. */
  | {
      readonly type: 'refused';
      readonly code: number;
      /** Why, and what to do about it. Text of the caller's in it is cut and has no control characters. */
      readonly reason: string;
      readonly address?: string | undefined;
    };
