import type { OpenAI } from 'openai';
import { filter, catchError, concat, defer, EMPTY, map, type Observable } from 'rxjs';
import { throwError, throwIfEmpty, timeout } from 'rxjs';
import type { AudioFrame } from '../../audio/frame.ts';
import { PcmFrames } from '../../audio/pcmFrames.ts';
import { RxvoiceError } from '../../errors.ts';
import { fromAbortable } from '../../rx/abortable.ts';
import { splitText } from '../../tts/splitText.ts';
import type { Tts } from '../../tts/tts.ts';
import { openaiClient, perCall } from './openaiClient.ts';
import { openaiConnection, type OpenaiConnectionOptions } from './openaiConnection.ts';
import { openaiError } from './openaiError.ts';
import { retryBeforeFirst } from './retryBeforeFirst.ts';

/** How a voice of OpenAI, or of a server that speaks the same protocol, speaks. */
export interface OpenaiTtsOptions extends OpenaiConnectionOptions {
  /** Default `gpt-4o-mini-tts`; with a server of your own it must be given. */
  readonly model?: string;
  /** Default `alloy`. */
  readonly voice?: string;
  /** How it is to speak, in words: "Calm and friendly." Not for `tts-1` and `tts-1-hd`. */
  readonly instructions?: string;
  /** 1 is the voice's own speed, 0.25 … 4. */
  readonly speed?: number;
  /** The sample rate of the PCM that the server sends, Hz. Default 24,000, as OpenAI does. */
  readonly sampleRate?: number;
  /** Further fields of the request's body, as the API calls them. They replace ours. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
  /** The longest the server may send nothing, before the first audio and after it, ms. Default 5,000. */
  readonly timeoutMs?: number;
  /** How often a request is made again before its first audio. Default 2. */
  readonly retries?: number;
}

const defaults = {
  model: 'gpt-4o-mini-tts',
  voice: 'alloy',
  sampleRate: 24_000,
  timeoutMs: 5_000,
  retries: 2,
} as const satisfies OpenaiTtsOptions;

/** The longest input of a request, characters. */
const maxCharacters = 4_096;

/**
 * Text-to-speech by `POST /audio/speech`, of OpenAI or any server with the same protocol (Kokoro, openedai-speech,
 * LocalAI, …), streamed as PCM: a request a sentence, over connections that are kept open.
 *
 * OpenAI shuts its models for this down on 6 January 2027 and has no successor at this address; Deepgram is the better
 * choice for something new. Needs the package `openai`, version 6 or 7. Throws an RxvoiceError at once where the
 * package, the key or the model is missing. Errors have stage `tts`; a request that failed before its first audio was
 * made again already, where it may pass.
 *
 * @example
 * const tts = openaiTts({ baseURL: 'http://localhost:8880/v1', model: 'kokoro', voice: 'af_heart' });
 */
export function openaiTts(options: OpenaiTtsOptions = {}): Tts {
  const connection = openaiConnection(options);
  const { who, isOpenai } = connection;
  const { timeoutMs = defaults.timeoutMs, retries = defaults.retries } = options;
  const { sampleRate = defaults.sampleRate } = options;
  const model = options.model?.trim() || (isOpenai ? defaults.model : undefined);
  if (model === undefined)
    throw new RxvoiceError(
      `OpenAI: model is missing: with a baseURL of your own, give the id of a model that ${who} speaks with.`,
      { stage: 'tts' },
    );
  const service = openaiClient(connection, options, model);
  const { sdk } = service;
  const body = {
    model,
    voice: options.voice?.trim() || defaults.voice,
    response_format: 'pcm' as const,
    ...(options.instructions !== undefined && { instructions: options.instructions }),
    ...(options.speed !== undefined && { speed: options.speed }),
    ...options.extraBody,
  };

  const ask = async (
    client: OpenAI,
    input: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> => {
    const response = await client.audio.speech.create({ ...body, input }, { signal });
    const type = response.headers.get('content-type') ?? '';
    if (/json|html|mpeg|mp3|ogg|opus|flac|aac|wav/u.test(type))
      throw new RxvoiceError(
        `${who} sent ${type} instead of PCM: check baseURL, and whether it can do that.`,
        {
          stage: 'tts',
        },
      );
    return response.body as unknown as AsyncIterable<Uint8Array>;
  };

  return perCall<Tts>(service, `${who} ${model}`, client => {
    const speak = (text: string): Observable<AudioFrame> =>
      defer(() => {
        const explain = openaiError(sdk, { ...connection, stage: 'tts', model, timeoutMs, said: [text] });
        const audio$ = defer(() => {
          const pcm = new PcmFrames(sampleRate);
          return fromAbortable(signal => ask(client, text, signal)).pipe(
            // The SDK's own timeout ends with the headers.
            timeout({ each: timeoutMs }),
            map(bytes => pcm.next(bytes)),
            filter(frame => frame !== undefined),
            throwIfEmpty(() => new RxvoiceError(`${who} sent no audio.`, { stage: 'tts', retryable: true })),
          );
        });
        return audio$.pipe(
          retryBeforeFirst(retries, error => explain(error).retryable),
          catchError((error: unknown) => throwError(() => explain(error))),
        );
      });
    return text => {
      if (!/[\p{L}\p{N}]/u.test(text)) return EMPTY;
      const pieces = splitText(text, maxCharacters);
      return pieces.length === 1 ? speak(text) : concat(...pieces.map(speak));
    };
  });
}
