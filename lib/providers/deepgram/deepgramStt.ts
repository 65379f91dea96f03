import { RxvoiceError } from '../../errors.ts';
import type { Stt } from '../../stt/stt.ts';
import { keptAlive } from '../socket/keptAlive.ts';
import { socketStt } from '../socket/socketStt.ts';
import { defaultOutageMs } from '../socket/voiceOptions.ts';
import { deepgramConnection } from './deepgramConnection.ts';
import { requestOf } from './deepgramError.ts';
import { flux } from './flux.ts';
import { nova } from './nova.ts';
import { openSocket, type SdkSocket } from './openSocket.ts';
import type { DeepgramSttOptions } from './options.ts';

const defaults = {
  model: 'nova-3',
  sampleRate: 16_000,
  bufferMs: 30_000,
  timeoutMs: 5_000,
} as const satisfies DeepgramSttOptions;

/**
 * Speech-to-text by Deepgram: Nova over `/v1/listen`, or Flux over `/v2/listen`.
 *
 * Needs the package `@deepgram/sdk`. Throws an RxvoiceError at once where the package or the key is missing, or an
 * option can't be. A conversation opens its connection before the first turn. A lost one is opened again and receives
 * the audio that it missed, at most 1.25 times as fast as real time, as the service asks. Positions stay on the call's
 * own clock. It errors (RxvoiceError, stage `stt`) when the service refuses for good, or is gone for longer than
 * `outageMs`. `endTurn()` of a session ends the user's turn now, for push-to-talk: Nova by `Finalize`, Flux by
 * `ForceEndTurn`.
 *
 * @example
 * microphone().pipe(deepgramStt({ keyterms: ['rxvoice'] }), ofType('final')).subscribe(({ text }) => console.log(text));
 */
export function deepgramStt(options: DeepgramSttOptions = {}): Stt {
  const connection = deepgramConnection(options);
  const model = options.model?.trim() || defaults.model;
  const { timeoutMs = defaults.timeoutMs, outageMs = defaultOutageMs, retries } = options;
  const { sampleRate: warmRate = defaults.sampleRate, bufferMs = defaults.bufferMs } = options;
  const request = requestOf(connection, 'stt', model);
  const isFlux = /^flux-/u.test(model);
  checkOptions(options, isFlux);
  const dialect = isFlux ? flux({ ...options, model }) : nova({ ...options, model });

  return socketStt({
    open: sampleRate =>
      openSocket<SdkSocket>(connection, request, { timeoutMs }, client =>
        dialect.connect(client, sampleRate),
      ).pipe(keptAlive(dialect, sampleRate)),
    sampleRate: warmRate,
    dialect,
    name: `${connection.who} ${model}`,
    who: connection.who,
    bufferMs,
    timeoutMs,
    silenceMs: options.silenceMs ?? 1_500,
    outageMs,
    retries,
  });
}

/** Options of the other generation would do nothing: better to say so. */
function checkOptions(options: DeepgramSttOptions, isFlux: boolean): void {
  const others = isFlux
    ? (['endpointingMs', 'utteranceEndMs'] as const)
    : (['eotThreshold', 'eagerEotThreshold', 'eotTimeoutMs', 'languageHints', 'configure$'] as const);
  const other = others.find(name => options[name] !== undefined);
  if (other === undefined) return;
  throw new RxvoiceError(
    isFlux
      ? `Deepgram: ${other} is an option of Nova; a turn of Flux ends by eotThreshold, eagerEotThreshold and eotTimeoutMs.`
      : `Deepgram: ${other} is an option of Flux: set model to 'flux-general-en', or use endpointingMs.`,
    { stage: 'stt' },
  );
}
