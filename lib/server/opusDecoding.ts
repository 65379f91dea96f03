import type { Opus, OpusDecoder } from './opus.ts';
import { opusPacketSamples } from './opusMessage.ts';

/** Decodes a client's audio on one connection from Opus packets. */
export class OpusDecoding {
  readonly #decoder: OpusDecoder;
  /** The number of samples to skip next. */
  skip = 0;

  constructor(opus: Opus) {
    this.#decoder = opus.decoder();
  }

  /** The samples of a packet, fewer where some are skipped; `undefined` for an invalid one, or one that is not of 20 ms. */
  decode(packet: Uint8Array): Int16Array | undefined {
    const bytes = this.#decoded(packet);
    if (bytes?.length !== opusPacketSamples * 2) return undefined;
    const pcm = new Int16Array(bytes.buffer, bytes.byteOffset, opusPacketSamples);
    const skipped = Math.min(this.skip, pcm.length);
    this.skip -= skipped;
    return pcm.subarray(skipped);
  }

  close(): void {
    this.#decoder.drop();
  }

  #decoded(packet: Uint8Array): Uint8Array | undefined {
    try {
      return this.#decoder.decode(packet);
    } catch {
      return undefined;
    }
  }
}
