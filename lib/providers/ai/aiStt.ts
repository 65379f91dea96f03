import { asyncScheduler, concat, connect, defer, EMPTY, from, map, type Observable, of } from 'rxjs';
import { type OperatorFunction, retry, Subject, switchMap, tap, throwError, timer } from 'rxjs';
import { type AudioFrame, frameBytes, frameMs } from '../../audio/frame.ts';
import { resample } from '../../audio/resample.ts';
import { voiceActivity, type VoiceActivity } from '../../audio/voiceActivity.ts';
import type { Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import { chunksOf } from '../../llm/bot/chunksOf.ts';
import { fromAbortable } from '../../rx/abortable.ts';
import { each } from '../../rx/each.ts';
import { Outage } from '../../rx/outage.ts';
import { notePromise } from '../../rx/promiseGuard.ts';
import type { Stt, SttEvent } from '../../stt/stt.ts';
import { withVad } from '../../stt/withVad.ts';
import { aiError } from './aiError.ts';
import { type AiRequestOptions, type AiTranscriptionModel, checkAudioModel } from './audioModels.ts';
import { readableOf } from './readableOf.ts';
import { Segments, type TranscriptPart } from './segments.ts';

/** How an AI SDK transcription model listens. */
export interface AiSttOptions extends AiRequestOptions {
  /** The voice detector, since these models report neither the start of a voice nor its end. Default: by loudness. */
  readonly vad?: OperatorFunction<AudioFrame, VoiceActivity>;
  /** How long the model has for its last words after the voice has ended, ms. Default 700: then the words so far count. */
  readonly finalMs?: number;
  /** The rate of the audio that is sent, Hz. Default 16,000. */
  readonly sampleRate?: number;
  /** How long a lost connection is opened again, ms. Default 20,000. */
  readonly retryForMs?: number;
}

/**
 * Speech-to-text of an AI SDK model that streams (`ai` 7). **Experimental**, as that is: the AI SDK may change it in patch
 * releases. The models report neither the start of a voice nor the end of a turn, so a voice detector runs along: an
 * utterance ends with the voice, once its words are final. `vad` takes a better detector than loudness.
 *
 * Errors have stage `stt`. A stream that breaks is opened again; words that were not final are then lost.
 *
 * @throws RxvoiceError at once if `model` is no such model, or can't stream.
 *
 * @example
 * setup({ stt: aiStt(openai.transcription('gpt-live-transcribe')), llm, tts });
 */
export function aiStt(model: AiTranscriptionModel, options: AiSttOptions = {}): Stt {
  checkAudioModel('aiStt', model, ['doStream'], "openai.transcription('gpt-live-transcribe')");
  const { vad = voiceActivity({ hangoverMs: 300 }), finalMs = 700, sampleRate = 16_000 } = options;
  const { retryForMs = 20_000, headers, providerOptions } = options;
  const who = `${model.provider} ${model.modelId}`;
  const doStream = model.doStream!.bind(model) as (
    options: object,
  ) => PromiseLike<{ stream: ReadableStream<unknown> }>;

  const session = (): Stt => {
    const notice$ = new Subject<Notice>();
    const stt: OperatorFunction<AudioFrame, SttEvent> = frame$ =>
      defer(() => {
        notePromise(`the AI SDK model '${model.modelId}'`);
        const segments = new Segments();
        const outage = new Outage(retryForMs);
        let [positionMs, isOver] = [0, false];

        const words$ = (heard$: Observable<AudioFrame>): Observable<SttEvent> =>
          defer(() => {
            const fromMs = positionMs;
            const parts$ = fromAbortable(async abortSignal => {
              const audio = readableOf(heard$.pipe(map(frame => frameBytes(frame))), abortSignal);
              const inputAudioFormat = { type: 'audio/pcm', rate: sampleRate };
              const { stream } = await doStream({
                headers,
                providerOptions,
                audio,
                inputAudioFormat,
                abortSignal,
              });
              return chunksOf(stream) as AsyncIterable<TranscriptPart>;
            }).pipe(
              tap(({ type, error }) => {
                if (type === 'error') throw error;
                outage.over();
              }),
            );
            return concat(
              parts$.pipe(each(part => wordsOf(part, segments, fromMs, positionMs))),
              defer(() => (isOver ? [] : throwError(endedEarly))),
            );
          }).pipe(
            retry({
              delay: (error: unknown) => {
                const failure = aiError(who, error, 'stt');
                const waitMs = failure.retryable ? outage.failed() : undefined;
                if (waitMs === undefined) return throwError(() => failure);
                if (outage.failures === 1)
                  notice$.next({ type: 'warning', message: `${failure.message} It is connected again.` });
                segments.take();
                return timer(waitMs);
              },
            }),
          );
        const words: OperatorFunction<AudioFrame, SttEvent> = frame$ =>
          frame$.pipe(
            tap({ next: frame => (positionMs += frameMs(frame)), complete: () => (isOver = true) }),
            resample(sampleRate),
            connect(words$),
          );
        return frame$.pipe(withVad(words, vad), ended(segments, finalMs));
      });
    return Object.assign(stt, { notice$: notice$.asObservable() });
  };
  return Object.assign(session(), { session });
}

/** How far before the end of the voice the last word may end: detector and model differ, ms. */
const slackMs = 400;

const endedEarly = (): RxvoiceError =>
  new RxvoiceError('The transcription model ended its stream before the audio was over.', {
    stage: 'stt',
    retryable: true,
  });

function wordsOf(part: TranscriptPart, segments: Segments, fromMs: number, positionMs: number): SttEvent[] {
  switch (part.type) {
    case 'transcript-delta':
    case 'transcript-partial':
      segments.add(part);
      return segments.text === '' ? [] : [{ type: 'interim', text: segments.text }];
    case 'transcript-final': {
      const text = segments.close(part);
      const end = part.endSecond === undefined ? positionMs : fromMs + part.endSecond * 1000;
      const rest = segments.text;
      return [
        ...(text === '' ? [] : [{ type: 'final' as const, text, end: Math.min(end, positionMs) }]),
        ...(rest === '' ? [] : [{ type: 'interim' as const, text: rest }]),
      ];
    }
    default:
      return [];
  }
}

/** Ends an utterance after its voice: once its words are final, or after `finalMs` with the words so far. */
const ended =
  (segments: Segments, finalMs: number): OperatorFunction<SttEvent, SttEvent> =>
  event$ =>
    defer(() => {
      /** Where and when the voice ended; the words since the last end are final. */
      let voice: { readonly end: number; readonly at: number } | undefined;
      let [isSaid, saidUntil] = [false, 0];
      const end = (): SttEvent[] => {
        const text = segments.take();
        const at = voice?.end ?? 0;
        if (text === '' && !isSaid) return [];
        isSaid = false;
        return [
          ...(text === '' ? [] : [{ type: 'final' as const, text, end: at }]),
          { type: 'utteranceEnd', end: at },
        ];
      };
      const later$ = (): Observable<SttEvent> => {
        if (voice === undefined) return EMPTY;
        const passedMs = asyncScheduler.now() - voice.at;
        if (segments.text === '' && !isSaid) return EMPTY;
        if (segments.text === '' && saidUntil >= voice.end - slackMs) return from(end());
        return timer(Math.max(0, finalMs - passedMs)).pipe(switchMap(() => end()));
      };
      return concat(
        event$.pipe(
          tap(event => {
            if (event.type === 'speechStart') voice = undefined;
            if (event.type === 'speechEnd') voice = { end: event.at, at: asyncScheduler.now() };
            if (event.type === 'final') [isSaid, saidUntil] = [true, event.end];
          }),
          switchMap(event => concat(of(event), defer(later$))),
        ),
        defer(end),
      );
    });
