import { RxvoiceError } from '../../errors.ts';
import { descriptionOf } from '../../llm/bot/descriptionOf.ts';

/** The format of sound: `{ type: 'audio/pcm', rate: 24000 }`. */
export interface AiAudioFormat {
  readonly type: string;
  readonly rate?: number;
}

/**
 * A speech model of the AI SDK, by its shape: one that streams (`ai` 7, `Experimental_StreamingSpeechModelV4`), or one that
 * gives a sentence whole (`ai` 5 to 7).
 */
export interface AiSpeechModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  doGenerate?(options: never): PromiseLike<{ readonly audio: string | Uint8Array }>;
  doStream?(options: never): PromiseLike<{ readonly stream: ReadableStream<unknown> }>;
}

/** A transcription model of the AI SDK that streams, by its shape (`ai` 7, `TranscriptionModelV4` with `doStream`). */
export interface AiTranscriptionModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  doStream?(options: never): PromiseLike<{ readonly stream: ReadableStream<unknown> }>;
}

/** Options of the AI SDK for models of sound. */
export interface AiRequestOptions {
  /** Headers of the requests. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Options of the provider: `{ deepgram: { keyterms: ['rxvoice'] } }`. */
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Checks that a value is a model with one of these methods.
 *
 * @throws RxvoiceError with the kind of the value, and a model that would do.
 */
export function checkAudioModel(
  name: 'aiTts' | 'aiStt',
  model: unknown,
  methods: readonly string[],
  example: string,
): void {
  const stage = name === 'aiTts' ? 'tts' : 'stt';
  const fail = (what: string): never => {
    throw new RxvoiceError(`${name}: ${what}`, { stage });
  };
  if (typeof model === 'string') fail(`'${model.slice(0, 60)}' is an id. Pass a model, such as ${example}.`);
  if (typeof model !== 'object' || model === null || !('specificationVersion' in model))
    return fail(`expected a model of the AI SDK, such as ${example}, but got ${descriptionOf(model)}.`);
  const { modelId, specificationVersion } = model as AiSpeechModel;
  if (!['v2', 'v3', 'v4'].includes(specificationVersion))
    fail(
      `${modelId} has the specification version '${specificationVersion}'. Install a version of its package for ai 5, 6 or 7.`,
    );
  if (!methods.some(method => typeof (model as Record<string, unknown>)[method] === 'function'))
    fail(
      `${modelId} has no ${methods.join(' and no ')}` +
        (name === 'aiStt'
          ? ': it transcribes whole recordings only, and a caller would wait. Pass a model that streams, such as '
          : '. Pass a speech model, such as ') +
        `${example}.`,
    );
}

/** Bytes as the AI SDK gives them: as such, or in base64. */
export const bytesOf = (audio: string | Uint8Array): Uint8Array =>
  typeof audio === 'string' ? Uint8Array.from(atob(audio), char => char.charCodeAt(0)) : audio;
