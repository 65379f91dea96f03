import { type Opus, opusDelay, type OpusEncoder } from './opus.ts';
import { opusMessage, opusPacketSamples } from './opusMessage.ts';

/** How far the packets go on beyond the end at least, samples: 10 ms, to rinse a client's filters. */
const beyond = 160;

/** The audio of replies on one connection, each from where the client lacks it on: whole packets of 20 ms. */
export class OpusEncoding {
  readonly #encoder: OpusEncoder;
  /** Samples that do not fill a packet yet. */
  readonly #packet = new Int16Array(opusPacketSamples);
  #filled = 0;

  constructor(opus: Opus) {
    this.#encoder = opus.encoder();
  }

  /** Another reply, or another part of one. */
  begin(): void {
    this.#encoder.reset();
    this.#filled = 0;
  }

  /** A message of the packets that these samples (`s16le`) fill; empty for none. */
  encode(bytes: Uint8Array): Uint8Array {
    // Pieces of frames are as aligned as their samples, but joined ones are not.
    const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
    return this.#take(new Int16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 1));
  }

  /** A message of the packets to the end: the remaining samples, and silence until the codec has emitted everything. */
  end(): Uint8Array {
    const left = this.#filled + opusDelay + beyond;
    const packets = Math.ceil(left / opusPacketSamples);
    return this.#take(new Int16Array(packets * opusPacketSamples - this.#filled));
  }

  close(): void {
    this.#encoder.drop?.();
  }

  #take(pcm: Int16Array): Uint8Array {
    const packets: Uint8Array[] = [];
    for (let at = 0; at < pcm.length;) {
      const part = pcm.subarray(at, at + opusPacketSamples - this.#filled);
      this.#packet.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < opusPacketSamples) break;
      packets.push(this.#encoder.encode(this.#packet));
      this.#filled = 0;
    }
    return opusMessage(packets);
  }
}
