/**
 * Reasons for closing a connection, in addition to WebSocket's own 1000 (the call is over), 1001 (the server goes away) and 1009
 * (a message too big). PROTOCOL.md says which of them to retry.
 */
export const closeCodes = {
  /** A message that is not of the protocol, or comes at the wrong time. */
  malformed: 4400,
  /** The token is missing, forged, too old, or was used before. */
  unauthorised: 4401,
  /** Pages of this origin may not call, or the server does not answer for this host. */
  origin: 4403,
  /** The call to be resumed is over, or its secret is wrong. */
  gone: 4404,
  /** No `hello` came in time. */
  silent: 4408,
  /** The call goes on over another connection. */
  replaced: 4409,
  /** Neither side has said anything for too long. */
  idle: 4420,
  /** The call has lasted as long as a call may. */
  tooLong: 4421,
  /** Audio or messages arrive faster than real time. */
  tooFast: 4429,
  /** The client reads too slowly. */
  tooSlow: 4430,
  /** The user, or the address, has as many calls as one may have. */
  tooMany: 4431,
  /** The call failed at the server: an engine is gone for good, or it could not be set up. */
  failed: 4500,
  /** As many calls as the server takes are running. */
  full: 4503,
  /** The server is about to stop and takes no new calls. */
  draining: 4504,
} as const;

/** Why a connection was closed, by name. */
export type CloseReason = keyof typeof closeCodes;
