import { type AudioFrame, frameOf } from '../../audio/frame.ts';
import { expand } from './companding.ts';

/** Audio as a client announced it. */
export interface AnnouncedAudio {
  readonly encoding: string | undefined;
  readonly sampleRate: number;
  readonly channels: number;
}

const sampleBytesOf: Readonly<Record<string, number>> = { linear16: 2, linear32: 4, mulaw: 1, alaw: 1 };

/** How many bytes a millisecond of it has; WAV is taken for 16,000 Hz. */
export const bytesPerMs = ({ encoding = 'linear16', sampleRate, channels }: AnnouncedAudio): number =>
  ((sampleBytesOf[encoding] ?? 2) * (sampleRate || 16_000) * channels) / 1000;

/**
 * Turns a client's bytes into audio: of several channels the first. Undefined where the bytes don't match the announced
 * format.
 */
export class AudioFromClient {
  readonly #announced: AnnouncedAudio;
  #format: { readonly encoding: string; readonly sampleRate: number; readonly channels: number } | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  #first = true;

  constructor(announced: AnnouncedAudio) {
    this.#announced = announced;
    const { encoding, sampleRate, channels } = announced;
    if (encoding !== undefined) this.#format = { encoding, sampleRate, channels };
  }

  next(chunk: Uint8Array): AudioFrame | undefined {
    let bytes: Uint8Array = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = new Uint8Array(0);
    if (this.#first) {
      this.#first = false;
      const contained = ['RIFF', 'OggS', 'fLaC', 'ID3\u0003'].some(magic => startsWith(bytes, magic));
      if (this.#announced.encoding !== undefined ? contained : !startsWith(bytes, 'RIFF')) return undefined;
      if (contained) bytes = this.#readHeader(bytes);
    }
    return this.#decode(bytes);
  }

  /** A WAV header of the usual 44 bytes. */
  #readHeader(bytes: Uint8Array): Uint8Array {
    const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#format = {
      encoding: 'linear16',
      sampleRate: header.getUint32(24, true),
      channels: header.getUint16(22, true),
    };
    return bytes.subarray(44);
  }

  #decode(bytes: Uint8Array): AudioFrame | undefined {
    const { encoding, sampleRate, channels } = this.#format ?? {};
    if (encoding === undefined || sampleRate === undefined || channels === undefined) return undefined;
    const sampleBytes = sampleBytesOf[encoding];
    if (sampleBytes === undefined) return undefined;
    const whole = bytes.length - (bytes.length % (sampleBytes * channels));
    this.#rest = bytes.slice(whole);
    const body = bytes.subarray(0, whole);
    const samples =
      encoding === 'mulaw' || encoding === 'alaw'
        ? expand(body, encoding)
        : encoding === 'linear32'
          ? Int16Array.from(new Int32Array(body.slice().buffer), sample => sample >> 16)
          : frameOf(body, sampleRate).pcm;
    const pcm = channels === 1 ? samples : samples.filter((_, index) => index % channels === 0);
    return { pcm, sampleRate };
  }
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  Buffer.from(bytes.subarray(0, text.length)).toString('latin1') === text;
