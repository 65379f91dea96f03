import { RxvoiceError } from '../errors.ts';
import { decodedAlaw } from './alaw.ts';
import { decodeMulaw } from './mulaw.ts';

/** How the samples of a WAV file are written: its `fmt ` chunk. */
export interface WavFormat {
  /** The format's number, e.g. 1 for PCM; of `WAVE_FORMAT_EXTENSIBLE` that of the sub-format. */
  readonly tag: number;
  readonly channels: number;
  /** Hz. */
  readonly sampleRate: number;
  /** Bits of a sample, with those that fill it up to whole bytes. */
  readonly bits: number;
}

type ReadSample = (view: DataView, at: number) => number;

const mulaw = decodeMulaw(Uint8Array.from({ length: 256 }, (_, byte) => byte));

/** How samples are read, by format and bits. */
const encodings: Readonly<Record<string, ReadSample>> = {
  '1/8': (view, at) => (view.getUint8(at) - 128) << 8,
  '1/16': (view, at) => view.getInt16(at, true),
  '1/24': (view, at) => view.getInt16(at + 1, true),
  '1/32': (view, at) => view.getInt16(at + 2, true),
  '3/32': (view, at) => fromFloat(view.getFloat32(at, true)),
  '3/64': (view, at) => fromFloat(view.getFloat64(at, true)),
  '6/8': (view, at) => decodedAlaw[view.getUint8(at)]!,
  '7/8': (view, at) => mulaw[view.getUint8(at)]!,
};

/** Formats that are known by name only (`mmreg.h`). */
const names: Readonly<Record<number, string>> = {
  0x0002: 'Microsoft ADPCM',
  0x0011: 'IMA ADPCM',
  0x0031: 'GSM 6.10',
  0x0040: 'G.721 ADPCM',
  0x0050: 'MPEG',
  0x0055: 'MP3',
  0x0065: 'G.722',
  0x00ff: 'AAC',
  0x0161: 'Windows Media',
  0x0162: 'Windows Media',
  0x1610: 'AAC',
};

/** The command that makes any recording readable. */
export const conversion = 'Convert it first: ffmpeg -i in -ar 16000 -ac 1 -c:a pcm_s16le out.wav';

/**
 * A function that mixes whole sample frames of this format to mono, 16 bits.
 *
 * @throws RxvoiceError for a format that can't be read, with its name.
 */
export function samplesOf({ tag, channels, sampleRate, bits }: WavFormat): {
  /** Bytes of one sample of all channels. */
  readonly frameBytes: number;
  readonly mix: (bytes: Uint8Array) => Int16Array;
} {
  const read = encodings[`${tag}/${bits}`];
  if (read === undefined) {
    const name = names[tag] ?? `format ${tag}`;
    throw new RxvoiceError(
      `This WAV file holds ${name}, ${bits} bits a sample. Expected PCM of 8, 16, 24 or 32 bits, float, A-law or µ-law. ${conversion}`,
    );
  }
  if (channels < 1 || sampleRate < 8_000 || sampleRate > 192_000)
    throw new RxvoiceError(
      `This WAV file has ${channels} channels at ${sampleRate} Hz; expected one or more at 8,000 to 192,000 Hz. ${conversion}`,
    );
  const width = bits / 8;
  const frameBytes = width * channels;
  return {
    frameBytes,
    mix: bytes => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const pcm = new Int16Array(Math.floor(bytes.byteLength / frameBytes));
      for (let index = 0; index < pcm.length; index++) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++)
          sum += read(view, index * frameBytes + channel * width);
        pcm[index] = Math.round(sum / channels);
      }
      return pcm;
    },
  };
}

const fromFloat = (sample: number): number =>
  Math.round(Math.max(-1, Math.min(1, Number.isNaN(sample) ? 0 : sample)) * 32_767);
