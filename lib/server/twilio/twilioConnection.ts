import type { IncomingMessage } from 'node:http';
import { Subject, timer } from 'rxjs';
import type { RawData, WebSocket } from 'ws';
import { decodeMulaw } from '../../audio/mulaw.ts';
import { Allowance } from '../allowance.ts';
import type { Calls, Line } from '../calls.ts';
import { type CloseReason, closeCodes } from '../closeCodes.ts';
import type { VoiceServerOptions } from '../options.ts';
import { parsed } from '../parsed.ts';
import { Uplink } from '../uplink.ts';
import { twilioMessageSchema } from './twilioMessage.ts';
import { phoneRate, TwilioOutput } from './twilioOutput.ts';

/** How much may wait in a socket before the call is given up, bytes: a minute of µ-law in base64. */
const tooMuch = 1024 * 1024;

/** Audio faster than it is spoken, in samples at once: a network that stood still for 30 s. */
const burst = 30 * phoneRate;

/** A phone call over Twilio Media Streams. The call is over when the stream is: a phone does not come back. */
export function twilioConnection(
  socket: WebSocket,
  request: IncomingMessage,
  { calls, options }: { calls: Calls; options: VoiceServerOptions },
): void {
  const uplink = new Uplink();
  const audio = new Allowance((1.05 * phoneRate) / 1000, burst);
  const keys$ = new Subject<string>();
  let output: TwilioOutput | undefined;
  let call: string | undefined;

  const refuse = (reason: CloseReason, message: string): void => {
    if (call !== undefined) return calls.hangUp(call, closeCodes[reason], message);
    calls.tell({ type: 'refused', code: closeCodes[reason], reason: message });
    socket.close(closeCodes[reason], message);
  };
  const greeting = timer(calls.limits.helloMs).subscribe(() =>
    refuse('silent', 'The stream did not start in time.'),
  );

  const start = (streamSid: string, callSid: string, data: unknown): void => {
    greeting.unsubscribe();
    if (calls.has(callSid)) return refuse('malformed', 'There is a stream of this call already.');
    if (calls.refusal !== undefined) return refuse(calls.refusal, 'No new calls are taken.');
    const speaking = (output = new TwilioOutput(streamSid, message => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > tooMuch) return refuse('tooSlow', 'What is sent is read too slowly.');
      socket.send(JSON.stringify(message));
    }));
    const line: Line = {
      call: (call = callSid),
      transport: 'phone',
      frame$: uplink.frame$,
      output: speaking.output,
      happened: () => undefined, // a phone shows nothing
      measured: () => undefined,
      close: (code, reason) => socket.close(code, reason),
    };
    calls.place(line, () =>
      options.call(request, {
        call: callSid,
        user: undefined,
        claims: undefined,
        data,
        keys$: keys$.asObservable(),
      }),
    );
  };

  socket.on('message', (bytes: RawData, binary) => {
    if (socket.readyState !== socket.OPEN) return;
    const { success, data: message } = twilioMessageSchema.safeParse(
      binary ? undefined : parsed((bytes as Buffer).toString()),
    );
    if (!success) return refuse('malformed', 'Not a message of a media stream.');
    if ('start' in message) {
      if (call !== undefined) return refuse('malformed', 'A second start came.');
      const { streamSid, callSid, customParameters } = message.start;
      start(streamSid, callSid, customParameters ?? {});
    } else if ('media' in message) {
      if (call === undefined) return refuse('malformed', 'Media came before the start.');
      const mulaw = Buffer.from(message.media.payload, 'base64');
      if (!audio.take(mulaw.length)) return refuse('tooFast', 'Audio comes faster than anybody can speak.');
      if (message.media.track !== 'outbound') uplink.take({ pcm: decodeMulaw(mulaw), sampleRate: phoneRate });
    } else if ('mark' in message) output?.marked(message.mark.name);
    else if ('dtmf' in message) {
      if (call === undefined) return refuse('malformed', 'A key came before the start.');
      keys$.next(message.dtmf.digit);
      calls.tell({ type: 'dtmf', call, digit: message.dtmf.digit });
    } else if (message.event === 'stop' && call !== undefined)
      calls.hangUp(call, 1000, 'The caller hung up.');
  });
  socket.on('error', () => undefined); // it closes after one
  socket.on('close', () => {
    greeting.unsubscribe();
    keys$.complete();
    if (call !== undefined) calls.hangUp(call, 1006, 'The stream was lost.');
  });
}
