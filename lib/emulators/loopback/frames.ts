/** Data a client sends over a WebSocket. */
export type ClientFrame =
  | { readonly type: 'binary'; readonly bytes: Uint8Array }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'ping' };

/** Data a server sends, over a WebSocket or as the body of an answer. */
export type ServerFrame =
  /** A message: a text frame of a WebSocket, an event of an event stream. */
  | { readonly type: 'json'; readonly message: object; readonly event?: string }
  | { readonly type: 'binary'; readonly bytes: Uint8Array }
  /** Text as it is. */
  | { readonly type: 'text'; readonly text: string }
  /** Bytes on the connection itself, past any framing. */
  | { readonly type: 'raw'; readonly bytes: Uint8Array }
  /** The end, in good form; without a code where the protocol allows it. */
  | { readonly type: 'close'; readonly code?: number; readonly reason?: string }
  /** The connection is cut. */
  | { readonly type: 'cut' }
  /** Nothing is read or written any more. */
  | { readonly type: 'freeze' };

/** A message to the client. */
export const json = (message: object): ServerFrame => ({ type: 'json', message });
/** A message to the client, which has a name in an event stream. */
export const named = (event: string, message: object): ServerFrame => ({ type: 'json', message, event });
/** Audio to the client. */
export const binary = (bytes: Uint8Array): ServerFrame => ({ type: 'binary', bytes });
/** The end. */
export const close = (code?: number, reason?: string): ServerFrame => ({
  type: 'close',
  ...(code !== undefined && { code }),
  ...(reason !== undefined && { reason }),
});
