import { createRequire } from 'node:module';
import { RxvoiceError } from '../../errors.ts';

/** The parts of `sherpa-onnx-node` 1.13.8 that are used; its own types miss some of them. */
export interface Sherpa {
  readonly OfflineRecognizer: {
    createAsync(config: object): Promise<OfflineRecognizer>;
  };
  readonly Vad: new (config: object, bufferSeconds: number) => Vad;
}

/** A loaded speech recognition model. */
export interface OfflineRecognizer {
  createStream(): { acceptWaveform(audio: { sampleRate: number; samples: Float32Array }): void };
  /** Decodes on a thread of libuv's pool: the event loop stays free. */
  decodeAsync(stream: object): Promise<{ readonly text: string }>;
}

/** A voice activity detector: takes 512 samples of 16 kHz at a time, synchronously, in about 0.1 ms. */
export interface Vad {
  acceptWaveform(samples: Float32Array): void;
  isDetected(): boolean;
  isEmpty(): boolean;
  pop(): void;
}

/** Loads the native speech runtime, an optional peer. Gives an RxvoiceError that says how to get it. */
export function loadSherpa(require: (name: string) => unknown = createRequire(import.meta.url)): Sherpa {
  try {
    return require('sherpa-onnx-node') as Sherpa;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    throw new RxvoiceError(
      missing
        ? "Offline speech recognition needs the package 'sherpa-onnx-node': npm i sherpa-onnx-node@1.13.8"
        : `'sherpa-onnx-node' can't be loaded on ${process.platform} ${process.arch} (on Linux it needs glibc, not musl). ` +
            'Reinstall it here, or choose another stt engine.',
      { stage: 'stt', cause },
    );
  }
}
