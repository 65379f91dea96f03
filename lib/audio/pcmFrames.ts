import { type AudioFrame, frameOf } from './frame.ts';

/** Bytes of sound as they come, in any pieces, as frames: a sample that is split waits for its other half. */
export class PcmFrames {
  readonly #sampleRate: number;
  #odd: number | undefined;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  /** What is whole now; `undefined` when that is nothing. */
  next(bytes: Uint8Array): AudioFrame | undefined {
    let whole = bytes;
    if (this.#odd !== undefined) {
      whole = new Uint8Array(bytes.length + 1);
      whole[0] = this.#odd;
      whole.set(bytes, 1);
    }
    this.#odd = whole.length % 2 === 1 ? whole.at(-1) : undefined;
    const frame = frameOf(whole, this.#sampleRate);
    return frame.pcm.length === 0 ? undefined : frame;
  }
}
