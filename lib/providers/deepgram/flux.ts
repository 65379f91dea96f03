import { RxvoiceError } from '../../errors.ts';
import type { DeepgramConnection } from './deepgramConnection.ts';
import { fluxChanges } from './configuring.ts';
import { FluxTurns } from './fluxTurns.ts';
import type { ListenDialect, ListenRequest } from './nova.ts';
import type { FluxOptions } from './options.ts';
import { type SdkSocket } from './openSocket.ts';
import { words } from '../socket/wire.ts';

type FluxSocket = SdkSocket &
  Pick<
    Awaited<ReturnType<ReturnType<DeepgramConnection['client']>['listen']['v2']['connect']>>,
    'sendCloseStream' | 'sendConfigure' | 'sendForceEndTurn'
  >;

/** Flux, `/v2/listen`. It refuses unknown parameters, so only the configured ones are sent. */
export function flux(request: ListenRequest & FluxOptions): ListenDialect {
  const {
    model,
    language,
    keyterms,
    eotThreshold,
    eagerEotThreshold,
    eotTimeoutMs,
    languageHints = [],
    maxMs = 20_000,
    configure$,
  } = request;
  const hints = [...new Set([...(language === undefined ? [] : [language]), ...languageHints])];
  if (hints.length > 0 && !/multi/u.test(model))
    throw new RxvoiceError(
      `Deepgram: the model '${model}' has one language: leave language and languageHints out, or take 'flux-general-multi'.`,
      { stage: 'stt' },
    );
  /** Whether the service was asked to end a turn, and whether it takes that: Deepgram enables it by project. */
  let isForced = false;
  let canForce = true;
  const parameters = (sampleRate: number): Record<string, unknown> => ({
    encoding: 'linear16',
    sample_rate: sampleRate,
    ...(eotThreshold !== undefined && { eot_threshold: eotThreshold }),
    ...(eagerEotThreshold !== undefined && { eager_eot_threshold: eagerEotThreshold }),
    ...(eotTimeoutMs !== undefined && { eot_timeout_ms: eotTimeoutMs }),
    ...(hints.length > 0 && { language_hint: hints }),
    ...(keyterms !== undefined && keyterms.length > 0 && { keyterm: [...keyterms] }),
    ...request.options,
  });
  const as = (socket: SdkSocket): FluxSocket => socket as FluxSocket;
  return {
    connect: (client, sampleRate) =>
      client.listen.v2.connect({
        model: model,
        queryParams: parameters(sampleRate),
        reconnectAttempts: 0,
      }),
    turns: () => new FluxTurns({ maxMs }),
    close: socket => as(socket).sendCloseStream({ type: 'CloseStream' }),
    ...(configure$ && {
      changes: (send: (message: (socket: SdkSocket) => void) => void) =>
        fluxChanges(configure$, configuration =>
          send(socket =>
            as(socket).sendConfigure({ type: 'Configure', ...configuration } as Parameters<
              FluxSocket['sendConfigure']
            >[0]),
          ),
        ),
    }),
    endTurn: socket => {
      isForced = true;
      if (canForce) as(socket).sendForceEndTurn({ type: 'ForceEndTurn' });
    },
    problem: message => {
      // `error_code` is the field that Pipecat reads; the specification has none at all.
      const told = words(message['description'] ?? message['code'] ?? message['error_code']);
      if (message.type === 'ConfigureFailure') return `Deepgram does not accept the configuration: ${told}.`;
      // The service ended the turn a moment before it was asked to: that is no news.
      if (message['code'] === 'FORCE_END_TURN_NO_ACTIVE_TURN') return undefined;
      if (message.type === 'Warning') return `Deepgram warns: ${told.replace(/\.$/u, '')}.`;
      if (message.type !== 'Error') return undefined;
      const code = words(message['code']);
      if (isForced && canForce && /UNPARSABLE/iu.test(code)) {
        canForce = false;
        return new RxvoiceError(
          'Deepgram does not take ForceEndTurn from this project, and closed the connection: turns that the program ' +
            'ends are ended without it. Ask Deepgram to enable it.',
          { stage: 'stt', retryable: true },
        );
      }
      return new RxvoiceError(`Deepgram gave up listening: ${told} (${code}).`, {
        stage: 'stt',
        retryable: !/UNPARSABLE|INVALID/iu.test(code),
      });
    },
    isTalkative: true,
    chunkMs: request.chunkMs ?? 0,
  };
}
