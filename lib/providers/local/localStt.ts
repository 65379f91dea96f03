import {
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  map,
  merge,
  mergeMap,
  type Observable,
  Subject,
  take,
  tap,
} from 'rxjs';
import type { AudioFrame } from '../../audio/frame.ts';
import { reframe } from '../../audio/reframe.ts';
import { resample } from '../../audio/resample.ts';
import type { Loading } from '../../engine.ts';
import { holding } from '../../rx/holding.ts';
import type { Stt, SttEvent } from '../../stt/stt.ts';
import { Listener } from './listener.ts';
import { type ModelSize, recognizerState } from './recognizer.ts';
import { windowMs } from './voiceDetector.ts';

/** How {@link localStt} listens. */
export interface LocalSttOptions {
  /** `tiny` (28 MB, default) or `base` (63 MB, half as fast, better below 15 dB of signal to noise). */
  readonly model?: ModelSize;
  /** Silence after which the user has finished, ms. Default 500. */
  readonly endpointingMs?: number;
  /** The least time between two interim transcripts, ms. Default 500. Long turns have fewer. */
  readonly interimMs?: number;
  /** An utterance that goes on for this long gets a final there, at a quiet moment, ms. Default 20,000. */
  readonly maxMs?: number;
}

/**
 * Speech-to-text on this machine, English: Silero distinguishes speech from noise, Moonshine transcribes it. Needs
 * the package `sherpa-onnx-node`; the models come from the package registry, once.
 *
 * Interims are decodes of the utterance so far. The final decode starts with the first silence and is thrown away if
 * the voice goes on, so that it is mostly ready when the silence has lasted `endpointingMs`. A noise that resembles a
 * voice ends without words. All conversations share the loaded models and take turns.
 *
 * Used cold it keeps the audio until it is loaded; `warm$` loads it before. Errors are RxvoiceError, stage `stt`.
 *
 * @example
 * wavInput('question.wav').pipe(localStt(), ofType('final')).subscribe(({ text }) => console.log(text));
 */
export function localStt({
  model = 'tiny',
  endpointingMs = 500,
  interimMs = 500,
  maxMs = 20_000,
}: LocalSttOptions = {}): Stt {
  const state$ = recognizerState(model);
  const recognizer$ = state$.pipe(mergeMap(({ recognizer }) => (recognizer ? [recognizer] : [])));
  const warm$: Observable<Loading> = state$.pipe(
    map(({ progress }) => ({ engine: `Moonshine ${model}, speech recognition`, progress })),
  );

  const listen: Stt = frame$ =>
    defer(() => {
      const interim$ = new Subject<SttEvent>();
      let listener: Listener | undefined;
      const ready$ = recognizer$.pipe(
        take(1),
        map(recognizer => {
          const options = { endpointingMs, interimMs, maxMs };
          return (listener = new Listener(recognizer, options, interim => interim$.next(interim)));
        }),
      );
      const heard$ = concat(
        frame$.pipe(
          resample(16_000),
          reframe(windowMs, { pad: true }),
          map(floats),
          // The first window waits for the models, and all others wait for the first.
          concatMap(samples =>
            listener ? listener.hear(samples) : ready$.pipe(concatMap(it => it.hear(samples))),
          ),
        ),
        defer(() => listener?.finish() ?? EMPTY),
      );
      return merge(interim$, heard$.pipe(tap({ complete: () => interim$.complete() }))).pipe(
        finalize(() => listener?.stop()),
        holding(state$),
      );
    });
  return Object.assign(listen, { warm$ });
}

/** Samples as the models take them, −1 … 1. */
const floats = ({ pcm }: AudioFrame): Float32Array => {
  const samples = new Float32Array(pcm.length);
  for (let index = 0; index < pcm.length; index++) samples[index] = pcm[index]! / 32_768;
  return samples;
};
