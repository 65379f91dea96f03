import {
  concat,
  concatMap,
  defer,
  first,
  from,
  map,
  NEVER,
  type Observable,
  ReplaySubject,
  share,
} from 'rxjs';
import { DecodeQueue } from './decodeQueue.ts';
import { fetchModel, modelNamed, modelPath } from './modelStore.ts';
import { loadSherpa, type Sherpa, type Vad } from './sherpa.ts';
import { withoutLoops } from './withoutLoops.ts';

/** The sizes of the recognition model. */
export type ModelSize = 'tiny' | 'base';

/** Loaded speech-to-text models, shared by all conversations. */
export interface Recognizer {
  /** A voice activity detector of the caller's own. */
  detector(): Vad;
  /** Tentative words of audio that may be cut anywhere, 16 kHz. Cold. */
  interim(samples: Float32Array): Observable<string>;
  /** Words of a whole utterance, 16 kHz. Cold. */
  final(samples: Float32Array): Observable<string>;
}

/** The progress of loading, or the loaded models. */
export type RecognizerState =
  | { readonly progress: number; readonly recognizer?: undefined }
  | { readonly progress: 1; readonly recognizer: Recognizer };

/** The share of loading that fetching the files is, if they have to be fetched. */
const fetchShare = 0.8;

/** The longest audio that is decoded in one piece, s: beyond it the model begins to make things up. */
const maxSeconds = 30;

const loads = new Map<ModelSize, Observable<RecognizerState>>();

/**
 * The recogniser of this size: loaded once in a process, and kept while it has subscribers.
 * Does not complete.
 */
export function recognizerState(size: ModelSize): Observable<RecognizerState> {
  const known = loads.get(size);
  if (known) return known;
  const state$ = load(size).pipe(share({ connector: () => new ReplaySubject(1) }));
  loads.set(size, state$);
  return state$;
}

function load(size: ModelSize): Observable<RecognizerState> {
  const model = modelNamed(`moonshine-${size}`).name;
  return concat(
    fetchModel('silero-vad').pipe(map(progress => ({ progress: progress * fetchShare * 0.1 }))),
    fetchModel(model).pipe(map(progress => ({ progress: (0.1 + progress * 0.9) * fetchShare }))),
    defer(() => {
      const sherpa = loadSherpa();
      return from(
        sherpa.OfflineRecognizer.createAsync({
          modelConfig: {
            moonshine: {
              encoder: modelPath(model, 'encoder.onnx'),
              mergedDecoder: modelPath(model, 'decoder.onnx'),
            },
            tokens: modelPath(model, 'tokens.txt'),
            // A second thread makes turns of everyday length no faster, and takes it from other calls.
            numThreads: 1,
            provider: 'cpu',
          },
        }),
      ).pipe(
        concatMap(loaded => {
          const queue = new DecodeQueue(loaded);
          // The first decode is slow: better now than in the first turn.
          return queue
            .decode(new Float32Array(16_000), true)
            .pipe(map(() => ({ progress: 1, recognizer: recognizerOf(sherpa, queue) }) as const));
        }),
      );
    }),
    NEVER, // loaded: kept until the last subscriber leaves
  );
}

const recognizerOf = (sherpa: Sherpa, queue: DecodeQueue): Recognizer => ({
  detector: () =>
    new sherpa.Vad(
      {
        sileroVad: {
          model: modelPath('silero-vad', 'silero-vad.onnx'),
          threshold: 0.5,
          minSpeechDuration: 0.06,
          minSilenceDuration: 0.1,
          maxSpeechDuration: 3_600,
          windowSize: 512,
        },
        sampleRate: 16_000,
        numThreads: 1,
        provider: 'cpu',
        debug: false,
      },
      60,
    ),
  interim: samples => queue.decode(last(samples), false).pipe(map(withoutLoops)),
  final: samples => insist(last(samples), attempt => queue.decode(attempt, true)).pipe(map(withoutLoops)),
});

const last = (samples: Float32Array): Float32Array =>
  samples.subarray(Math.max(0, samples.length - maxSeconds * 16_000));

/**
 * The model sometimes hears nothing at all in speech, above all in quiet clips and after silence. Heard louder, or
 * begun a little later, it hears it; noise stays nothing in every variant. (Two in three such clips were rescued.)
 */
function insist(
  samples: Float32Array,
  decode: (samples: Float32Array) => Observable<string>,
): Observable<string> {
  const variants = [
    () => samples,
    () => louder(samples, 0.5),
    () => samples.subarray(1_600),
    () => Float32Array.from({ length: samples.length + 3_200 }, (_, index) => samples[index - 3_200] ?? 0),
    () => samples.subarray(3_200),
    () => louder(samples.subarray(4_800), 0.3),
  ];
  return concat(...variants.map(variant => defer(() => decode(variant())))).pipe(
    first(text => text !== '', ''),
  );
}

/** The samples with their peak at this level. */
function louder(samples: Float32Array, peak: number): Float32Array {
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1e-6);
  return samples.map(sample => (sample * peak) / loudest);
}
