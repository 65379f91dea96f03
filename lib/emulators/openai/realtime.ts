import { Observable, timer } from 'rxjs';
import type { Connection } from '../loopback/connection.ts';
import { sessionExpired } from '../loopback/faulty.ts';
import { close, json, type ServerFrame } from '../loopback/frames.ts';
import { parsed, type Protocol } from '../loopback/serveSocket.ts';
import type { ConnectionStt } from '../loopback/sttScript.ts';
import type { OpenaiServerOptions } from './openaiOptions.ts';
import { errorEvent, newId, type RealtimeMessage } from './realtimeEvent.ts';
import { RealtimeSession } from './realtimeSession.ts';

/** The parts of a server that {@link realtime} needs. */
export interface RealtimeOptions {
  readonly model: string | undefined;
  readonly options: () => OpenaiServerOptions;
  readonly stt: ConnectionStt;
  readonly lifetimeMs: number;
}

/**
 * OpenAI's WebSocket `/v1/realtime`: events in, events out. With `?model=…` it is a conversation, in which responses
 * out of band are voices; with `?intent=transcription` a transcription.
 */
export const realtime =
  ({ model, options, stt, lifetimeMs }: RealtimeOptions, { fate, log }: Connection): Protocol =>
  client$ =>
    new Observable<ServerFrame>(subscriber => {
      const session = new RealtimeSession({
        model,
        lifetimeMs,
        stt,
        options,
        has: fate.has,
        send: event => subscriber.next(frameOf(event)),
        onSpeaking: () => log({ type: 'speaking' }),
      });
      subscriber.add(() => session.close());
      const refused = refusal(model, options());
      if (refused) return refused.forEach(frame => subscriber.next(frame));
      session.open();
      subscriber.add(
        timer(lifetimeMs).subscribe({
          next: () => sessionExpired(lifetimeMs).forEach(frame => subscriber.next(frame)),
          error: () => undefined,
        }),
      );
      subscriber.add(
        client$.subscribe({
          next: frame => {
            if (frame.type === 'text') session.handle(parsed(frame.text));
            // Audio comes in events.
            if (frame.type === 'binary') session.handle(undefined);
          },
          error: (cause: unknown) => subscriber.error(cause),
        }),
      );
    });

/** An event as a frame. Audio is sent as text, which the log leaves out. */
const frameOf = (event: RealtimeMessage): ServerFrame =>
  event.type === 'response.output_audio.delta' ? { type: 'text', text: JSON.stringify(event) } : json(event);

/** The end of a session without a model, or with one that does not exist. */
function refusal(
  model: string | undefined,
  { models }: OpenaiServerOptions,
): readonly ServerFrame[] | undefined {
  if (model === undefined || (model !== '' && models?.includes(model) !== false)) return undefined;
  const code = model === '' ? 'missing_model' : 'model_not_found';
  const message =
    model === ''
      ? 'You must provide a model parameter.'
      : `The model \`${model}\` does not exist or you do not have access to it.`;
  return [
    json({ ...errorEvent(message, { code, param: 'model' }), event_id: newId('event') }),
    close(4000, `invalid_request_error.${code}`),
  ];
}

/** How the service reports that it failed. */
export const realtimeFailure = (): readonly ServerFrame[] => [
  json({
    ...errorEvent('The server had an error while processing your request. Sorry about that!', {
      type: 'server_error',
      code: 'server_error',
    }),
    event_id: newId('event'),
  }),
  close(1011),
];
