/** Voice calls over WebSocket, for web pages and phones. */
export { type AddressOf, forwardedAddress, type ForwardedOptions } from './addressOf.ts';
export type { HttpServer } from './httpServer.ts';
export type { EndpointName, Endpoints } from './endpoints.ts';
export { serve, type ServerListening, type ServeOptions } from './serve.ts';
export { voiceServer, type VoiceServer } from './voiceServer.ts';
export type {
  Answering,
  CallHello,
  ServerLimits,
  SetUpCall,
  TwilioOptions,
  VoiceServerOptions,
} from './options.ts';
export type { ServerEvent, Transport } from './serverEvents.ts';
export {
  mintToken,
  readToken,
  type TokenChecks,
  type TokenClaims,
  type TokenOptions,
  type TokenSecret,
} from './token.ts';
export { closeCodes, type CloseReason } from '../protocol/closeCodes.ts';
export {
  type ClientEvent,
  type ClientMessage,
  clientMessageSchema,
  type HelloMessage,
  protocolName,
  type ServerMessage,
} from '../protocol/protocol.ts';
export { logLines } from './logLines.ts';
export { traced } from './traced.ts';
