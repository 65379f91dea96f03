import { catchError, concatMap, defer, filter, from, map, type Observable, of, throwError } from 'rxjs';
import type { AudioFrame } from '../../audio/frame.ts';
import { PcmFrames } from '../../audio/pcmFrames.ts';
import { soundKind } from '../../audio/soundKind.ts';
import { readWav } from '../../audio/wav.ts';
import { RxvoiceError } from '../../errors.ts';
import { chunksOf } from '../../llm/bot/chunksOf.ts';
import { fromAbortable } from '../../rx/abortable.ts';
import { each } from '../../rx/each.ts';
import { notePromise } from '../../rx/promiseGuard.ts';
import { withSignal } from '../../rx/withSignal.ts';
import type { Tts } from '../../tts/tts.ts';
import { retryBeforeFirst } from '../http/retryBeforeFirst.ts';
import { aiError } from './aiError.ts';
import {
  type AiAudioFormat,
  type AiRequestOptions,
  type AiSpeechModel,
  bytesOf,
  checkAudioModel,
} from './audioModels.ts';
import { readableOf } from './readableOf.ts';

/** How an AI SDK speech model speaks; the names are those of the AI SDK. */
export interface AiTtsOptions extends AiRequestOptions {
  readonly voice?: string;
  /** How it is to speak, in words. */
  readonly instructions?: string;
  readonly speed?: number;
  /** An ISO 639-1 code. */
  readonly language?: string;
  /** The rate of PCM that is asked for, Hz. Default 24,000. */
  readonly sampleRate?: number;
  /** The format that a model without streaming is asked for. Default `wav`; `pcm` is read at `sampleRate`. */
  readonly outputFormat?: string;
  /** How long a request that failed before its first audio is repeated, ms. Default 20,000. */
  readonly retryForMs?: number;
  /** How often at most. Default: as often as the time allows. */
  readonly retries?: number;
}

/** A part of a speech model's stream. */
interface SpeechPart {
  readonly type?: string;
  readonly audio?: string | Uint8Array;
  readonly audioFormat?: AiAudioFormat;
  readonly error?: unknown;
}

/**
 * Text-to-speech of an AI SDK model. **Experimental**, as its streaming is: the AI SDK may change that in patch releases. A
 * model that streams (`ai` 7) takes a reply as it is written; another one makes a request for each sentence, whose audio
 * comes whole. Sound is PCM or WAV. Unsubscribing aborts the request. Errors have stage `tts`.
 *
 * @throws RxvoiceError at once if `model` is no such model.
 *
 * @example
 * setup({ stt, llm, tts: aiTts(openai.speech('gpt-4o-mini-tts'), { voice: 'alloy' }) });
 */
export function aiTts(model: AiSpeechModel, options: AiTtsOptions = {}): Tts {
  checkAudioModel('aiTts', model, ['doStream', 'doGenerate'], "openai.speech('…')");
  const { sampleRate = 24_000, outputFormat = 'wav', retryForMs, retries, ...settings } = options;
  const who = `${model.provider} ${model.modelId}`;
  const failing = (error: unknown): Observable<never> => throwError(() => aiError(who, error, 'tts'));
  const note = (): void => notePromise(`the AI SDK model '${model.modelId}'`);
  const [doStream, doGenerate] = [
    model.doStream?.bind(model) as
      ((options: object) => PromiseLike<{ stream: ReadableStream<unknown> }>) | undefined,
    model.doGenerate?.bind(model) as
      ((options: object) => PromiseLike<{ audio: string | Uint8Array }>) | undefined,
  ];

  const streamed = (text$: Observable<string>): Observable<AudioFrame> =>
    defer(() => {
      note();
      let frames: { readonly pcm: PcmFrames; readonly rate: number } | undefined;
      return fromAbortable(async abortSignal => {
        const text = readableOf(text$.pipe(map(text => ({ type: 'text', text }))), abortSignal);
        const format = { type: 'audio/pcm', rate: sampleRate };
        const { stream } = await doStream!({ ...settings, text, outputFormat: format, abortSignal });
        return chunksOf(stream) as AsyncIterable<SpeechPart>;
      }).pipe(
        each(({ type, audio, audioFormat, error }): AudioFrame[] => {
          if (type === 'error') throw error;
          if (type !== 'audio' || audio === undefined) return [];
          const format = audioFormat ?? { type: 'audio/pcm' };
          if (!/^audio\/(?:pcm|l16|x-raw)\b/iu.test(format.type)) throw unplayable(who, format.type);
          const rate = format.rate ?? sampleRate;
          if (frames?.rate !== rate) frames = { rate, pcm: new PcmFrames(rate) };
          const frame = frames.pcm.next(bytesOf(audio));
          return frame === undefined ? [] : [frame];
        }),
      );
    });

  const whole = (text: string): Observable<AudioFrame> =>
    defer(() => {
      note();
      return withSignal(abortSignal => from(doGenerate!({ ...settings, text, outputFormat, abortSignal })));
    }).pipe(
      concatMap(({ audio }) => {
        const bytes = bytesOf(audio);
        const kind = soundKind(bytes, true);
        if (kind.is === 'wav') return of(readWav(bytes));
        if (kind.is !== 'unknown' || /mp3|mpeg|opus|aac|flac|ogg/iu.test(outputFormat))
          throw unplayable(who, 'name' in kind ? kind.name : outputFormat);
        return of(new PcmFrames(sampleRate).next(bytes));
      }),
      filter(frame => frame !== undefined),
    );

  const tts = (text: string): Observable<AudioFrame> =>
    (doStream === undefined ? whole(text) : streamed(of(text))).pipe(
      retryBeforeFirst<AudioFrame>({ retryForMs, retries }, error => aiError(who, error, 'tts').retryable),
      catchError(failing),
    );
  return doStream === undefined
    ? tts
    : Object.assign(tts, {
        stream: (text$: Observable<string>) => streamed(text$).pipe(catchError(failing)),
      });
}

const unplayable = (who: string, kind: string): RxvoiceError =>
  new RxvoiceError(
    `${who} sent ${kind.slice(0, 60)}, which can't be played. Ask it for PCM or WAV: set outputFormat, or the provider's own option.`,
    { stage: 'tts' },
  );
