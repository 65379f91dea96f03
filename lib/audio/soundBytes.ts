import { RxvoiceError } from '../errors.ts';
import type { AudioFrame } from './frame.ts';
import { PcmFrames } from './pcmFrames.ts';
import { soundKind } from './soundKind.ts';
import { WavDecoder } from './wavDecoder.ts';

/**
 * Sound as bytes in pieces of any size: samples without a header (`s16le` mono at the given rate), or a WAV file, whose
 * header names its format. Anything else is refused rather than played as noise.
 */
export class SoundBytes {
  readonly #sampleRate: number;
  #begun: Uint8Array = new Uint8Array(0);
  #decoder: WavDecoder | undefined;
  #samples: PcmFrames | undefined;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  /** The WAV file's data are complete; the rest is not sound. */
  get over(): boolean {
    return this.#decoder?.over ?? false;
  }

  /**
   * The complete samples up to these bytes; `undefined` if there are none.
   *
   * @throws RxvoiceError for another kind of file.
   */
  next(bytes: Uint8Array): AudioFrame | undefined {
    return this.#decided(bytes, false);
  }

  /** The last samples, when there are no more bytes. */
  end(): AudioFrame | undefined {
    const rest = this.#decided(new Uint8Array(0), true);
    return this.#decoder?.over === false ? this.#decoder.end() : rest;
  }

  #decided(bytes: Uint8Array, complete: boolean): AudioFrame | undefined {
    if (this.#samples) return this.#samples.next(bytes);
    if (this.#decoder) return this.#decoder.push(bytes);
    const begun = new Uint8Array(this.#begun.length + bytes.length);
    begun.set(this.#begun);
    begun.set(bytes, this.#begun.length);
    const kind = soundKind(begun, complete);
    switch (kind.is) {
      case 'undecided':
        this.#begun = begun;
        return undefined;
      case 'other':
        throw new RxvoiceError(
          `The sound is ${kind.name}. Expected a WAV file, or s16le mono samples at ${this.#sampleRate} Hz without a header. ` +
            'Decode it first, e.g. with ffmpeg -i pipe:0 -ac 1 -ar 16000 -f s16le pipe:1.',
        );
      case 'unknown':
        this.#samples = new PcmFrames(this.#sampleRate);
        return this.#samples.next(begun);
      default:
        this.#decoder = new WavDecoder();
        return this.#decoder.push(begun);
    }
  }
}
