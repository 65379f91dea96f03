import type { Endpoint, Fault } from './fault.ts';

/** An event of a loopback server. Contains no keys. */
export type LoopbackEvent = {
  /** When, ms of `performance.now()`. */
  readonly at: number;
  readonly endpoint: Endpoint;
  /** Which connection or request of the server, from 1. */
  readonly connection: number;
} & LoopbackHappening;

/** Events of a connection of a loopback server. */
export type LoopbackHappening =
  /** A WebSocket opened, or a request arrived. */
  | {
      readonly type: 'opened';
      readonly query: Readonly<Record<string, string | readonly string[]>>;
      /** The client's port: the same one means that the connection was reused. */
      readonly port: number | undefined;
    }
  /** It was not served. `authorised` is whether a key came that could be right. */
  | { readonly type: 'refused'; readonly status: number | undefined; readonly authorised: boolean }
  /** The body of a request. */
  | { readonly type: 'request'; readonly body: unknown }
  /** A message of the client: Speak, Flush, Clear, Interrupt, KeepAlive, Finalize … */
  | { readonly type: 'received'; readonly message: { readonly type?: string } & Record<string, unknown> }
  /** The first audio of the client. */
  | { readonly type: 'hearing' }
  /** A message of the server (of chat completions the first and the last token only). */
  | { readonly type: 'sent'; readonly message: { readonly type?: string } & Record<string, unknown> }
  /** The first audio of something spoken. */
  | { readonly type: 'speaking' }
  /** A fault struck. */
  | { readonly type: 'fault'; readonly fault: Fault }
  /** It is over: a WebSocket closed, an answer ended or was hung up on. */
  | {
      readonly type: 'closed';
      /** The side that began to close. */
      readonly by: 'client' | 'server';
      /** The close code of a WebSocket. */
      readonly code?: number;
    };
