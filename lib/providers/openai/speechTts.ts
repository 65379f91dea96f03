import { catchError, concat, defer, EMPTY, type Observable } from 'rxjs';
import { throwError, throwIfEmpty, timeout } from 'rxjs';
import type { AudioFrame } from '../../audio/frame.ts';
import { RxvoiceError } from '../../errors.ts';
import { fromAbortable } from '../../rx/abortable.ts';
import { onFirst } from '../../rx/onFirst.ts';
import { splitText } from '../../tts/splitText.ts';
import type { Tts } from '../../tts/tts.ts';
import { Adjustments } from './adjustments.ts';
import { openaiClient, perCall } from './openaiClient.ts';
import type { OpenaiConnection } from './openaiConnection.ts';
import { openaiError } from './openaiError.ts';
import type { OpenaiTtsOptions } from './openaiTtsOptions.ts';
import { retryBeforeFirst } from '../http/retryBeforeFirst.ts';
import { spokenFrames } from './spokenFrames.ts';

const defaults = {
  model: 'gpt-4o-mini-tts',
  voice: 'alloy',
  responseFormat: 'pcm',
  sampleRate: 24_000,
  timeoutMs: 5_000,
} as const satisfies OpenaiTtsOptions;

/** The longest input of a request, characters. */
const maxCharacters = 4_096;

/**
 * Text-to-speech by `POST /audio/speech`: a request a sentence, streamed as PCM or WAV, over connections that are kept
 * open. A field that the model refuses is left out from then on, which a `warning` reports.
 */
export function speechTts(connection: OpenaiConnection, options: OpenaiTtsOptions): Tts {
  const { who, isOpenai } = connection;
  const { timeoutMs = defaults.timeoutMs } = options;
  const model = options.model?.trim() || (isOpenai ? defaults.model : undefined);
  if (model === undefined)
    throw new RxvoiceError(
      `OpenAI: model is missing: with a baseURL of your own, give the id of a model that ${who} speaks with.`,
      { stage: 'tts' },
    );
  const service = openaiClient(connection, options, model);
  const { sdk } = service;
  const name = `${who} ${model}`;
  const adjustments = new Adjustments();
  const fields = {
    model,
    voice: options.voice?.trim() || defaults.voice,
    response_format: options.responseFormat ?? defaults.responseFormat,
    ...(options.instructions !== undefined && { instructions: options.instructions }),
    ...(options.speed !== undefined && { speed: options.speed }),
    ...options.extraBody,
  };

  return perCall<Tts>(service, name, (client, tell) => {
    const speak = (text: string, left = mostChanges): Observable<AudioFrame> =>
      defer(() => {
        const explain = openaiError(sdk, { ...connection, stage: 'tts', model, timeoutMs, said: [text] });
        const body = adjustments.apply({ ...fields, input: text });
        let headers = new Headers();
        let begun = false;
        const ask = async (signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> => {
          const response = await client.audio.speech.create(body as never, { signal });
          headers = response.headers;
          return (response.body ?? []) as unknown as AsyncIterable<Uint8Array>;
        };
        return fromAbortable(ask).pipe(
          // The SDK's own timeout ends with the headers.
          timeout({ each: timeoutMs }),
          spokenFrames({
            who,
            sampleRate: () => options.sampleRate ?? rateIn(headers) ?? defaults.sampleRate,
            refused: ({ status, ...error }) => new sdk.APIError(status, error, error.message, headers),
          }),
          throwIfEmpty(() => new RxvoiceError(`${who} sent no audio.`, { stage: 'tts', retryable: true })),
          retryBeforeFirst(options, error => explain(error).retryable),
          onFirst(() => (begun = true)),
          catchError((error: unknown) => {
            const learned = begun || left === 0 ? undefined : adjustments.learn(error as object, body);
            if (learned === undefined) return throwError(() => explain(error));
            tell({ type: 'warning', message: `${name} ${learned}.` });
            return speak(text, left - 1);
          }),
        );
      });
    return text => {
      if (!/[\p{L}\p{N}]/u.test(text)) return EMPTY;
      const pieces = splitText(text, maxCharacters);
      return pieces.length === 1 ? speak(text) : concat(...pieces.map(piece => speak(piece)));
    };
  });
}

/** How often a request is changed as the server says. */
const mostChanges = 4;

/** The sample rate in a content type: `audio/pcm;rate=24000`, `audio/L16; rate=16000`. */
function rateIn(headers: Headers): number | undefined {
  const rate = Number(/\brate=(\d+)/u.exec(headers.get('content-type') ?? '')?.[1]);
  return rate >= 8_000 && rate <= 192_000 ? rate : undefined;
}
