import type { AudioFrame } from '../../audio/frame.ts';
import { readWav } from '../../audio/wav.ts';

/** The longest header before the sound, bytes: cover pictures are in some. */
const longestHeader = 1_000_000;

/** A length that means "until the stream ends": a server that streams does not know it. */
const isUnknown = (length: number): boolean => length === 0 || length >= 0x7fff_0000;

/**
 * A WAV file as it comes, in pieces of any size, as frames of mono: each piece is read as a file of its own with the
 * header of the whole, so that all of `readWav`'s formats are understood. Chunks after the sound are ignored.
 *
 * @throws RxvoiceError for a format that can't be read, a damaged header, or none within a megabyte.
 */
export class WavFrames {
  #rest: Uint8Array = new Uint8Array(0);
  #format: { readonly chunk: Uint8Array; readonly blockBytes: number } | undefined;
  #left: number | undefined;

  /** The samples that are complete now; `undefined` if there are none. */
  next(bytes: Uint8Array): AudioFrame | undefined {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    if (this.#left === undefined) this.#readHeader();
    if (this.#left === undefined || this.#format === undefined) return undefined;
    const { chunk, blockBytes } = this.#format;
    const there = Math.min(this.#rest.length, this.#left);
    const whole = there - (there % blockBytes);
    if (whole === 0) return undefined;
    const sound = this.#rest.subarray(0, whole);
    this.#rest = this.#rest.subarray(whole);
    this.#left -= whole;
    return readWav(wavOf(chunk, sound));
  }

  /** Whether the sound began. */
  get begun(): boolean {
    return this.#left !== undefined;
  }

  #readHeader(): void {
    const bytes = this.#rest;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 12; at + 8 <= bytes.length;) {
      const name = String.fromCharCode(...bytes.subarray(at, at + 4));
      const length = view.getUint32(at + 4, true);
      if (name === 'data') {
        // Without a format, or with one that can't be read, this says so.
        readWav(wavOf(this.#format?.chunk ?? new Uint8Array(0), new Uint8Array(0)));
        this.#left = isUnknown(length) ? Infinity : length;
        this.#rest = bytes.subarray(at + 8);
        return;
      }
      if (name === 'fmt ' && length >= 16) {
        if (at + 8 + length > bytes.length) return;
        this.#format = {
          chunk: bytes.slice(at, at + 8 + length + (length % 2)),
          blockBytes: Math.max(1, (view.getUint16(at + 10, true) * view.getUint16(at + 22, true)) >> 3),
        };
      }
      at += 8 + length + (length % 2);
    }
    if (bytes.length > longestHeader) readWav(wavOf(new Uint8Array(0), new Uint8Array(0)));
  }
}

/** A file of this sound, with this `fmt` chunk. */
function wavOf(format: Uint8Array, sound: Uint8Array): Uint8Array {
  const file = Buffer.alloc(12 + format.length + 8 + sound.length);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVE', 8, 'latin1');
  file.set(format, 12);
  file.write('data', 12 + format.length, 'latin1');
  file.writeUInt32LE(sound.length, 16 + format.length);
  file.set(sound, 20 + format.length);
  return file;
}
