import { type AudioFrame, frameOf } from './frame.ts';

/**
 * Bytes of sound, in pieces of any size, as frames: a split sample waits for its other half. The first `skipMs` are
 * left out.
 */
export class PcmFrames {
  readonly #sampleRate: number;
  /** The number of samples still to skip. */
  #skip: number;
  #odd: number | undefined;

  constructor(sampleRate: number, skipMs = 0) {
    this.#sampleRate = sampleRate;
    this.#skip = Math.round((skipMs * sampleRate) / 1000);
  }

  /** The complete samples; `undefined` if there are none. */
  next(bytes: Uint8Array): AudioFrame | undefined {
    let whole = bytes;
    if (this.#odd !== undefined) {
      whole = new Uint8Array(bytes.length + 1);
      whole[0] = this.#odd;
      whole.set(bytes, 1);
    }
    this.#odd = whole.length % 2 === 1 ? whole.at(-1) : undefined;
    const frame = frameOf(whole, this.#sampleRate);
    const skipped = Math.min(this.#skip, frame.pcm.length);
    this.#skip -= skipped;
    if (skipped === frame.pcm.length) return undefined;
    return skipped === 0 ? frame : { ...frame, pcm: frame.pcm.subarray(skipped) };
  }
}
