import { z } from 'zod';

/** A name of Twilio's: of a call, of a stream. It gets into logs. */
const sid = z.string().regex(/^[\w-]{1,64}$/u);

/**
 * Twilio's messages over a media stream (https://www.twilio.com/docs/voice/media-streams/websocket-messages). Messages
 * that are of no use here, `connected` and future ones, are ignored.
 */
export const twilioMessageSchema = z.union([
  z.object({
    event: z.literal('start'),
    start: z.object({
      streamSid: sid,
      callSid: sid,
      customParameters: z.record(z.string(), z.string()).optional(),
      mediaFormat: z.object({
        encoding: z.literal('audio/x-mulaw'),
        sampleRate: z.literal(8_000),
        channels: z.literal(1),
      }),
    }),
  }),
  z.object({
    event: z.literal('media'),
    media: z.object({ track: z.string().optional(), payload: z.base64().max(12_000) }),
  }),
  z.object({ event: z.literal('mark'), mark: z.object({ name: z.string().max(64) }) }),
  z.object({ event: z.literal('dtmf'), dtmf: z.object({ digit: z.string().regex(/^[0-9A-D*#]$/u) }) }),
  z.object({ event: z.literal('stop') }),
  z.object({
    event: z.string().refine(event => !['start', 'media', 'mark', 'dtmf', 'stop'].includes(event)),
  }),
]);

/** Messages to Twilio. */
export type ToTwilio =
  | { readonly event: 'media'; readonly streamSid: string; readonly media: { readonly payload: string } }
  | { readonly event: 'mark'; readonly streamSid: string; readonly mark: { readonly name: string } }
  | { readonly event: 'clear'; readonly streamSid: string };
