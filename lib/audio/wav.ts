import { RxvoiceError } from '../errors.ts';
import type { AudioFrame } from './frame.ts';

/** How samples are written in a WAV file: `fmt` tag and bits. */
const encodings: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  '1/8': (view, at) => (view.getUint8(at) - 128) << 8,
  '1/16': (view, at) => view.getInt16(at, true),
  '1/24': (view, at) => view.getInt16(at + 1, true),
  '1/32': (view, at) => view.getInt16(at + 2, true),
  '3/32': (view, at) => fromFloat(view.getFloat32(at, true)),
  '3/64': (view, at) => fromFloat(view.getFloat64(at, true)),
};

/** In `WAVE_FORMAT_EXTENSIBLE` the real tag is the beginning of the sub-format. */
const extensible = 0xff_fe;

/**
 * The sound of a WAV file: any rate from 8,000 to 192,000 Hz, 8 to 32-bit or float; several channels are mixed to one.
 * A file that was cut off, or streamed and never told its length, is read as far as it goes.
 *
 * @throws RxvoiceError for anything else, saying what it seems to be and how to convert it.
 *
 * @example
 * readWav(readFileSync('question.wav')) // { pcm: Int16Array, sampleRate: 44100 }
 */
export function readWav(bytes: Uint8Array): AudioFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 12 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE') throw notWav(bytes);
  let format: { tag: number; channels: number; sampleRate: number; bits: number } | undefined;
  for (let at = 12; at + 8 <= bytes.byteLength;) {
    const length = Math.min(view.getUint32(at + 4, true), bytes.byteLength - at - 8);
    const name = tag(view, at);
    if (name === 'fmt ' && length >= 16) {
      const plain = view.getUint16(at + 8, true);
      format = {
        tag: plain === extensible && length >= 26 ? view.getUint16(at + 32, true) : plain,
        channels: view.getUint16(at + 10, true),
        sampleRate: view.getUint32(at + 12, true),
        bits: view.getUint16(at + 22, true),
      };
    }
    if (name === 'data') {
      if (format === undefined) throw damaged('its data come before its format');
      // A streamed file says 0 or the most it can: what follows is sound to the end.
      const told = view.getUint32(at + 4, true);
      const rest = bytes.byteLength - at - 8;
      return samples(view, at + 8, told === 0 ? rest : length, format);
    }
    at += 8 + length + (length % 2);
  }
  throw damaged('it has no data');
}

function samples(
  view: DataView,
  at: number,
  length: number,
  {
    tag: format,
    channels,
    sampleRate,
    bits,
  }: { tag: number; channels: number; sampleRate: number; bits: number },
): AudioFrame {
  const read = encodings[`${format}/${bits}`];
  if (read === undefined)
    throw new RxvoiceError(
      `This WAV file has samples of ${bits} bits in format ${format}${format === 6 || format === 7 ? ' (A-law or µ-law)' : ''}. ` +
        `Expected 16-bit (or 8, 24, 32-bit, or float). ${convert}`,
    );
  if (channels < 1 || sampleRate < 8_000 || sampleRate > 192_000)
    throw new RxvoiceError(
      `This WAV file has ${channels} channels at ${sampleRate} Hz; expected one or more at 8,000 to 192,000 Hz. ${convert}`,
    );
  const width = bits / 8;
  const pcm = new Int16Array(Math.floor(length / width / channels));
  for (let index = 0; index < pcm.length; index++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++)
      sum += read(view, at + (index * channels + channel) * width);
    pcm[index] = Math.round(sum / channels);
  }
  return { pcm, sampleRate };
}

/**
 * A 16-bit WAV file, little-endian: mono of one frame, or as many channels as there are frames (all of one rate; the
 * shorter ones end in silence).
 *
 * @example
 * writeFileSync('call.wav', writeWav(user, bot)) // left the user, right the bot
 */
export function writeWav(...channels: readonly [AudioFrame, ...AudioFrame[]]): Uint8Array {
  const { sampleRate } = channels[0];
  const length = Math.max(...channels.map(({ pcm }) => pcm.length));
  const bytes = new Uint8Array(44 + length * channels.length * 2);
  bytes.set(wavHeader(sampleRate, channels.length, bytes.byteLength - 44));
  const view = new DataView(bytes.buffer);
  let at = 44;
  for (let index = 0; index < length; index++) {
    for (const { pcm } of channels) {
      view.setInt16(at, pcm[index] ?? 0, true);
      at += 2;
    }
  }
  return bytes;
}

/** The 44 bytes before 16-bit samples. */
export function wavHeader(sampleRate: number, channels: number, dataBytes: number): Uint8Array {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

const fromFloat = (sample: number): number =>
  Math.round(Math.max(-1, Math.min(1, Number.isFinite(sample) ? sample : 0)) * 32_767);

const tag = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

const convert = 'Convert it first: ffmpeg -i in -ar 16000 -ac 1 -c:a pcm_s16le out.wav';

const damaged = (how: string): RxvoiceError =>
  new RxvoiceError(`This WAV file is damaged: ${how}. ${convert}`);

function notWav(bytes: Uint8Array): RxvoiceError {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  const kind =
    bytes.byteLength === 0
      ? 'it is empty'
      : start === 'OggS'
        ? 'it is Ogg'
        : start === 'fLaC'
          ? 'it is FLAC'
          : start.startsWith('ID3') || (bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0)
            ? 'it is MP3'
            : 'it does not begin with RIFF';
  return new RxvoiceError(`This is not a WAV file: ${kind}. ${convert}`);
}
