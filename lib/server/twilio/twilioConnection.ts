import type { IncomingMessage } from 'node:http';
import { Subject, timer } from 'rxjs';
import type { RawData, WebSocket } from 'ws';
import { decodeMulaw } from '../../audio/mulaw.ts';
import { TokenBucket } from '../tokenBucket.ts';
import type { Calls, CallConnection } from '../calls.ts';
import { type CloseReason, closeCodes } from '../../protocol/closeCodes.ts';
import { brokenRule } from '../connection.ts';
import { answerPings } from '../controlFrames.ts';
import type { VoiceServerOptions } from '../options.ts';
import { parsed } from '../parsed.ts';
import type { Peer } from '../peer.ts';
import { tokenPayload } from '../token.ts';
import { Uplink } from '../uplink.ts';
import type { UsedTokens } from '../usedTokens.ts';
import { twilioMessageSchema } from './twilioMessage.ts';
import { phoneRate, TwilioOutput } from './twilioOutput.ts';

/** How much may wait in a socket before the call is given up, bytes: a minute of µ-law in base64. */
const tooMuch = 1024 * 1024;

/** Audio faster than it is spoken, in samples at once: a network that stood still for 30 s. */
const burst = 30 * phoneRate;

/** Messages a second, and at once: Twilio sends audio every 20 ms and returns a mark every 100 ms. */
const messages = { perSecond: 100, burst: 3_000 };

/** Keys a second, and at once: faster than a person can press them. */
const keys = { perSecond: 10, burst: 50 };

/** The most bytes of a message once there is a call: Twilio's have about 350. */
const maxTextBytes = 4_096;

/** A phone call over Twilio Media Streams. The call is over when the stream is: a phone does not come back. */
export function twilioConnection(
  socket: WebSocket,
  request: IncomingMessage,
  {
    calls,
    options,
    usedTokens,
    peer,
    talks,
  }: {
    calls: Calls;
    options: VoiceServerOptions;
    usedTokens: UsedTokens;
    peer: Peer;
    /** The connection has a call: it keeps its place. */
    talks: () => void;
  },
): void {
  const messageBucket = new TokenBucket(messages.perSecond / 1000, messages.burst);
  const keyBucket = new TokenBucket(keys.perSecond / 1000, keys.burst);
  const uplink = new Uplink();
  const audio = new TokenBucket((1.05 * phoneRate) / 1000, burst);
  const keys$ = new Subject<string>();
  let output: TwilioOutput | undefined;
  let call: string | undefined;

  const refuse = (reason: CloseReason, message: string): void => {
    if (call !== undefined) return calls.hangUp(call, closeCodes[reason], message);
    if (socket.readyState !== socket.OPEN) return;
    calls.tell({ type: 'refused', code: closeCodes[reason], reason: message, address: peer.address });
    socket.close(closeCodes[reason], message);
  };
  const flooded = (message: string): void => {
    refuse('tooFast', message);
    socket.pause();
  };
  const greeting = timer(calls.limits.helloMs).subscribe(() =>
    refuse('silent', 'The stream did not start in time.'),
  );

  const start = (streamSid: string, callSid: string, parameters: Readonly<Record<string, string>>): void => {
    greeting.unsubscribe();
    if (calls.has(callSid)) return refuse('malformed', 'There is a stream of this call already.');
    const asked = options.twilio?.callTokens === true && options.tokenSecret !== undefined;
    const { token = '', ...others } = parameters;
    const data = asked ? others : parameters;
    const claims = asked
      ? tokenPayload(options.tokenSecret, token, {
          audience: options.tokenAudience,
          leewayMs: options.tokenLeewayMs,
        })
      : undefined;
    if (asked && claims === undefined)
      return refuse('unauthorised', 'The stream’s parameter "token" is missing, wrong or too old.');
    // Twilio's addresses stand for all callers.
    const refusal = calls.admit(claims?.user, undefined);
    if (refusal !== undefined) return refuse(refusal.reason, refusal.message);
    if (claims !== undefined && !usedTokens.use(token, claims.until))
      return refuse('unauthorised', 'A call was placed with this token before.');
    talks();
    const speaking = (output = new TwilioOutput(streamSid, message => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > tooMuch) {
        refuse('tooSlow', 'The client reads too slowly.');
        // Its peer does not read: the closing handshake would wait for it.
        return socket.terminate();
      }
      socket.send(JSON.stringify(message));
    }));
    const line: CallConnection = {
      call: (call = callSid),
      transport: 'phone',
      user: claims?.user,
      peer: { address: peer.address, network: undefined },
      spare: false,
      frame$: uplink.frame$,
      output: speaking.output,
      happened: () => undefined, // a phone shows nothing
      measured: () => undefined,
      close: (code, reason) => socket.close(code, reason),
    };
    calls.place(line, () =>
      options.call(request, {
        call: callSid,
        user: claims?.user,
        claims: claims?.data,
        data,
        keys$: keys$.asObservable(),
      }),
    );
  };

  const message = (bytes: Buffer, binary: boolean): void => {
    if (!messageBucket.take(1)) return flooded('Too many messages.');
    if (call !== undefined && bytes.length > maxTextBytes)
      return refuse('malformed', 'A message is longer than any of a media stream.');
    const { success, data: message } = twilioMessageSchema.safeParse(
      binary ? undefined : parsed(bytes.toString()),
    );
    if (!success) return refuse('malformed', 'Not a message of a media stream.');
    if ('start' in message) {
      if (call !== undefined) return refuse('malformed', 'A second start came.');
      const { streamSid, callSid, customParameters } = message.start;
      start(streamSid, callSid, customParameters ?? {});
    } else if ('media' in message) {
      if (call === undefined) return refuse('malformed', 'Media came before the start.');
      const mulaw = Buffer.from(message.media.payload, 'base64');
      if (!audio.take(mulaw.length)) return flooded('Audio arrives faster than real time.');
      if (message.media.track !== 'outbound') uplink.take({ pcm: decodeMulaw(mulaw), sampleRate: phoneRate });
    } else if ('mark' in message) output?.marked(message.mark.name);
    else if ('dtmf' in message) {
      if (call === undefined) return refuse('malformed', 'A key came before the start.');
      if (!keyBucket.take(1)) return flooded('Keys arrive faster than a person can press them.');
      keys$.next(message.dtmf.digit);
      calls.tell({ type: 'dtmf', call, digit: message.dtmf.digit });
    } else if (message.event === 'stop' && call !== undefined)
      calls.hangUp(call, 1000, 'The caller hung up.');
  };

  socket.on('message', (data: RawData, binary) => {
    if (socket.readyState !== socket.OPEN) return;
    try {
      message(data as Buffer, binary);
    } catch {
      // The error, of any kind, affects this call only.
      refuse('failed', 'The call failed at the server.');
    }
  });
  answerPings(socket, () => flooded('Too many pings.'));
  // It closes after one.
  socket.on('error', error => {
    const [code, reason] = brokenRule(error) ?? [];
    if (code === undefined || reason === undefined) return;
    if (call === undefined) calls.tell({ type: 'refused', code, reason, address: peer.address });
    else calls.hangUp(call, code, reason);
  });
  socket.on('close', () => {
    greeting.unsubscribe();
    keys$.complete();
    if (call !== undefined) calls.hangUp(call, 1006, 'The stream was lost.');
  });
}
