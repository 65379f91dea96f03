import type { IncomingMessage } from 'node:http';
import { NEVER, timer } from 'rxjs';
import type { RawData, WebSocket } from 'ws';
import type { Calls } from './calls.ts';
import { type CloseReason, closeCodes } from './closeCodes.ts';
import type { Opus } from './opus.ts';
import type { VoiceServerOptions } from './options.ts';
import { parsed } from './parsed.ts';
import { clientMessageSchema, helloSchema } from './protocol.ts';
import { same, tokenPayload } from './token.ts';
import type { UsedTokens } from './usedTokens.ts';
import { WebCall } from './webCall.ts';

/** How long a client that did what it may not has to say good-bye, ms. */
const partingMs = 2_000;

/** WebSocket's own word for a message that is too big. */
const tooBigCode = 1009;

/** The calls that browsers may go on with, by their names. */
export type WebCalls = Map<string, WebCall>;

/**
 * One connection of a client: waits for `hello`, which begins a call or goes on with one, and then takes what the
 * protocol has. Anything else closes it; nothing a client sends throws.
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
  }: {
    calls: Calls;
    webCalls: WebCalls;
    options: VoiceServerOptions;
    usedTokens: UsedTokens;
    opus: Opus | undefined;
  },
): void {
  let call: WebCall | undefined;

  const refuse = (reason: CloseReason, message: string): void => {
    if (socket.readyState !== socket.OPEN) return;
    calls.tell({ type: 'refused', code: closeCodes[reason], reason: message });
    socket.close(closeCodes[reason], message);
  };
  /** Closes a connection over which the client does what it may not: its call is over, too. */
  const expel = (reason: CloseReason, message: string): void => {
    if (call === undefined) return refuse(reason, message);
    calls.hangUp(call.call, closeCodes[reason], message);
    // Nor is it read for long what comes instead of a good-bye.
    const parting = timer(partingMs).subscribe(() => socket.terminate());
    socket.on('close', () => parting.unsubscribe());
  };

  const greeting = timer(calls.limits.helloMs).subscribe(() => refuse('silent', 'No hello came in time.'));

  const hello = (text: string): void => {
    const { success, data: message } = helloSchema.safeParse(parsed(text));
    if (!success) return refuse('malformed', 'Expected a hello of this protocol.');
    greeting.unsubscribe();
    if (message.resume !== undefined) {
      const known = webCalls.get(message.resume.call);
      if (known === undefined || !same(known.secret, message.resume.secret))
        return refuse('gone', 'There is no such call any more.');
      call = known;
      return call.attach(socket, { ...message, resume: message.resume });
    }
    const { token = '' } = message;
    const claims = permitted(token);
    if (claims === undefined) return refuse('unauthorised', 'The token is missing, wrong or too old.');
    if (calls.refusal === 'draining') return refuse('draining', 'The server is about to stop.');
    if (calls.refusal === 'full') return refuse('full', 'All lines are busy.');
    if (options.tokenSecret !== undefined && !usedTokens.use(token, claims.until))
      return refuse('unauthorised', 'A call was placed with this token before.');
    const placed = (call = new WebCall(calls, claims.user, options.tell, opus));
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

  const permitted = (token: string): ReturnType<typeof tokenPayload> =>
    options.tokenSecret === undefined ? { until: 0 } : tokenPayload(options.tokenSecret, token);

  const audio = (bytes: Buffer): void => {
    if (call === undefined) return refuse('malformed', 'Audio came before hello.');
    const wrong = call.take(bytes);
    if (wrong === 'malformed') expel(wrong, 'Not audio as this protocol has it, of a second at most.');
    else if (wrong !== undefined) expel(wrong, 'Audio comes faster than anybody can speak.');
  };

  const message = (text: string): void => {
    if (call === undefined) return hello(text);
    if (!call.allowed()) return expel('tooFast', 'Too many messages.');
    const { success, data } = clientMessageSchema.safeParse(parsed(text));
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
      else message(bytes.toString());
    } catch {
      // Whatever it is, it is this call's alone.
      expel('failed', 'The call failed at the server.');
    }
  });
  // It closes after one, with the code for it.
  socket.on('error', (error: Error & { readonly code?: string }) => {
    if (error.code !== 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return;
    const reason = 'A message is too big.';
    if (call === undefined) calls.tell({ type: 'refused', code: tooBigCode, reason });
    else calls.hangUp(call.call, tooBigCode, reason);
  });
  socket.on('close', code => {
    greeting.unsubscribe();
    if (call === undefined) return;
    // Who says good-bye, or leaves the page, does not come back; that of a connection that was replaced comes too late.
    if (call.isOver(socket) && (code === 1000 || code === 1001))
      calls.hangUp(call.call, 1000, 'The client hung up.');
    else call.detach(socket);
  });
}
