import type { Dialect } from '../socket/transcribeCall.ts';
import type { DeepgramConnection } from './deepgramConnection.ts';
import { NovaTurns } from './novaTurns.ts';
import type { NovaOptions } from './options.ts';
import { type SdkSocket } from './openSocket.ts';
import { words } from '../socket/wire.ts';

/** Parameters of a connection. */
export interface ListenRequest {
  readonly model: string;
  readonly language?: string;
  readonly keyterms?: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A dialect with how it connects. */
export interface ListenDialect extends Dialect<SdkSocket> {
  readonly connect: (
    client: ReturnType<DeepgramConnection['client']>,
    sampleRate: number,
  ) => Promise<SdkSocket>;
}

type NovaSocket = SdkSocket &
  Pick<
    Awaited<ReturnType<ReturnType<DeepgramConnection['client']>['listen']['v1']['connect']>>,
    'sendKeepAlive' | 'sendFinalize' | 'sendCloseStream'
  >;

/**
 * Nova, `/v1/listen`. Its parameters are chosen for conversation: interims, for barge-in and because `utterance_end_ms`
 * needs them; `punctuate`, since a model understands sentences better; no `smart_format`, which holds words back to see
 * whether a number goes on.
 */
export function nova(request: ListenRequest & NovaOptions): ListenDialect {
  const { model, language, keyterms, endpointingMs = 300, utteranceEndMs = 1_000 } = request;
  const parameters = (sampleRate: number): Record<string, unknown> => ({
    encoding: 'linear16',
    sample_rate: sampleRate,
    channels: 1,
    interim_results: true,
    endpointing: endpointingMs,
    utterance_end_ms: utteranceEndMs,
    vad_events: true,
    punctuate: true,
    ...(language !== undefined && { language }),
    ...(keyterms !== undefined && keyterms.length > 0 && { keyterm: [...keyterms] }),
    ...request.options,
  });
  const as = (socket: SdkSocket): NovaSocket => socket as NovaSocket;
  return {
    connect: (client, sampleRate) =>
      // Not all that the service knows is in the SDK's types, and those take true for text: all of it goes as query.
      client.listen.v1.connect({
        model: model,
        queryParams: parameters(sampleRate),
        reconnectAttempts: 0,
      }),
    turns: finalize => new NovaTurns({ silenceMs: request.silenceMs ?? 1_500, finalize }),
    keepAlive: socket => as(socket).sendKeepAlive({ type: 'KeepAlive' }),
    finalize: socket => as(socket).sendFinalize({ type: 'Finalize' }),
    close: socket => as(socket).sendCloseStream({ type: 'CloseStream' }),
    problem: message =>
      message.type === 'Error'
        ? `Deepgram reports an error: ${words(message['description'] ?? message['message'])}`
        : undefined,
    isTalkative: String(parameters(0)['interim_results']) === 'true',
    chunkMs: 0,
  };
}
