import type { IncomingMessage } from 'node:http';
import { NEVER, timer } from 'rxjs';
import type { RawData, WebSocket } from 'ws';
import type { Calls } from './calls.ts';
import { type CloseReason, closeCodes } from '../protocol/closeCodes.ts';
import { answerPings } from './controlFrames.ts';
import type { Opus } from './opus.ts';
import type { VoiceServerOptions } from './options.ts';
import { nestedDeeper, parsed } from './parsed.ts';
import type { Peer } from './peer.ts';
import { clientMessageSchema, helloSchema, maxDepth, maxTextBytes } from '../protocol/protocol.ts';
import { same, tokenPayload } from './token.ts';
import type { UsedTokens } from './usedTokens.ts';
import { WebCall } from './webCall.ts';

/** WebSocket's close codes for broken rules, by the names of `ws`; 1002 for all others. */
const brokenRules: Readonly<Record<string, readonly [code: number, reason: string]>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: [1009, 'A message is too big.'],
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: [1009, 'A message is too big.'],
  WS_ERR_INVALID_UTF8: [1007, 'A text is not UTF-8.'],
  WS_ERR_TOO_MANY_BUFFERED_PARTS: [1008, 'A message comes in too many parts.'],
};

/** How a connection over which an error came was closed, where the client broke a rule; nothing for a lost one. */
export const brokenRule = ({ code }: NodeJS.ErrnoException): readonly [number, string] | undefined =>
  code?.startsWith('WS_ERR_') === true ? (brokenRules[code] ?? [1002, 'Invalid WebSocket data.']) : undefined;

/** The content of a token, and when it expires. */
type Permission = Pick<NonNullable<ReturnType<typeof tokenPayload>>, 'until' | 'user' | 'data'>;

/** The calls that browsers may go on with, by their names. */
export type WebCalls = Map<string, WebCall>;

/**
 * One connection of a client: waits for `hello`, which begins a call or goes on with one, and then takes the messages
 * of the protocol. Anything else closes it; nothing a client sends throws.
 */
export function connection(
  socket: WebSocket,
  request: IncomingMessage,
  {
    calls,
    webCalls,
    options,
    usedTokens,
    opus,
    peer,
    talks,
  }: {
    calls: Calls;
    webCalls: WebCalls;
    options: VoiceServerOptions;
    usedTokens: UsedTokens;
    opus: Opus | undefined;
    peer: Peer;
    /** The connection has a call: it keeps its place. */
    talks: () => void;
  },
): void {
  let call: WebCall | undefined;

  const refuse = (reason: CloseReason, message: string): void => {
    if (socket.readyState !== socket.OPEN) return;
    calls.tell({ type: 'refused', code: closeCodes[reason], reason: message, address: peer.address });
    socket.close(closeCodes[reason], message);
    if (reason === 'malformed') socket.pause();
  };
  /** Closes a connection whose client breaks a rule: its call is over, too. */
  const expel = (reason: CloseReason, message: string): void => {
    if (call === undefined) refuse(reason, message);
    else if (call.isOver(socket)) calls.hangUp(call.call, closeCodes[reason], message);
    // Data that floods in instead of a close frame is not even read.
    socket.pause();
  };

  const greeting = timer(calls.limits.helloMs).subscribe(() => refuse('silent', 'No hello came in time.'));

  const hello = (text: string): void => {
    const { success, data: message } = helloSchema.safeParse(parsed(text));
    if (!success) return refuse('malformed', 'Expected a hello of this protocol.');
    if (nestedDeeper(message.data, maxDepth))
      return refuse('malformed', `The data of hello is nested deeper than ${maxDepth} levels.`);
    greeting.unsubscribe();
    if (message.resume !== undefined) {
      const known = webCalls.get(message.resume.call);
      if (known === undefined || !same(known.secret, message.resume.secret))
        return refuse('gone', 'There is no such call any more.');
      call = known;
      talks();
      return call.attach(socket, { ...message, resume: message.resume });
    }
    const { token = '' } = message;
    const claims = permitted(token);
    if (claims === undefined) return refuse('unauthorised', 'The token is missing, wrong or too old.');
    const refusal = calls.admit(claims.user, peer.network);
    if (refusal !== undefined) return refuse(refusal.reason, refusal.message);
    if (options.tokenSecret !== undefined && !usedTokens.use(token, claims.until))
      return refuse('unauthorised', 'A call was placed with this token before.');
    const placed = (call = new WebCall(calls, { user: claims.user, peer }, options.tell, opus));
    talks();
    webCalls.set(placed.call, placed);
    placed.attach(socket, { acknowledges: message.acknowledges, audio: message.audio });
    calls.place(placed, () =>
      options.call(request, {
        call: placed.call,
        user: claims.user,
        claims: claims.data,
        data: message.data,
        keys$: NEVER,
      }),
    );
  };

  const permitted = (token: string): Permission | undefined =>
    options.tokenSecret === undefined
      ? { until: 0 }
      : tokenPayload(options.tokenSecret, token, {
          audience: options.tokenAudience,
          leewayMs: options.tokenLeewayMs,
        });

  const audio = (bytes: Buffer): void => {
    if (call === undefined) return refuse('malformed', 'Audio came before hello.');
    const wrong = call.take(bytes);
    if (wrong === 'malformed') expel(wrong, 'Not audio as this protocol has it, of a second at most.');
    else if (wrong !== undefined) expel(wrong, 'Audio arrives faster than real time.');
  };

  const message = (bytes: Buffer): void => {
    if (call === undefined) return hello(bytes.toString());
    if (!call.allowed()) return expel('tooFast', 'Too many messages.');
    if (bytes.length > maxTextBytes) return expel('malformed', 'A text is longer than any of this protocol.');
    const { success, data } = clientMessageSchema.safeParse(parsed(bytes.toString()));
    if (!success) return expel('malformed', 'Not a message of this protocol.');
    if (data.type === 'played') call.played(data.reply, data.samples);
    else if (data.type === 'skip') call.skip(data.samples);
    else if (data.type === 'hangup') call.end();
    else expel('malformed', 'A second hello came.');
  };

  socket.on('message', (data: RawData, binary) => {
    if (socket.readyState !== socket.OPEN) return; // said after it was closed
    const bytes = data as Buffer;
    try {
      if (binary) audio(bytes);
      else message(bytes);
    } catch {
      // The error, of any kind, affects this call only.
      expel('failed', 'The call failed at the server.');
    }
  });
  answerPings(socket, () => expel('tooFast', 'Too many pings.'));
  // It closes after one, with the code for it. A client that breaks the protocol does not come back.
  socket.on('error', error => {
    const [code, reason] = brokenRule(error) ?? [];
    if (code === undefined || reason === undefined) return;
    if (call === undefined) calls.tell({ type: 'refused', code, reason, address: peer.address });
    else if (call.isOver(socket)) calls.hangUp(call.call, code, reason);
  });
  socket.on('close', code => {
    greeting.unsubscribe();
    if (call === undefined) return;
    // A client that says good-bye or leaves the page does not come back; the close of a replaced connection comes too late.
    if (call.isOver(socket) && (code === 1000 || code === 1001))
      calls.hangUp(call.call, 1000, 'The client hung up.');
    else call.detach(socket);
  });
}
