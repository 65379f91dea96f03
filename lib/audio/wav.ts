import { type AudioFrame, concatFrames } from './frame.ts';
import { WavDecoder } from './wavDecoder.ts';

/**
 * The sound of a WAV file: any rate from 8,000 to 192,000 Hz; 8 to 32 bits, float, A-law or µ-law; several channels are
 * mixed to one. A file that was cut off, or streamed without its length, is read as far as it goes.
 *
 * @throws RxvoiceError for anything else; it names the probable format and how to convert it.
 *
 * @example
 * readWav(readFileSync('question.wav')) // { pcm: Int16Array, sampleRate: 44100 }
 */
export function readWav(bytes: Uint8Array): AudioFrame {
  const decoder = new WavDecoder();
  const frames = [decoder.push(bytes), decoder.end()].filter(frame => frame !== undefined);
  return frames.length === 0
    ? { pcm: new Int16Array(0), sampleRate: decoder.sampleRate }
    : concatFrames(frames);
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
  const header = new Uint8Array(44);
  const view = new DataView(header.buffer);
  const write = (text: string, at: number): void =>
    header.set(
      Uint8Array.from(text, it => it.charCodeAt(0)),
      at,
    );
  write('RIFF', 0);
  view.setUint32(4, 36 + dataBytes, true);
  write('WAVEfmt ', 8);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  write('data', 36);
  view.setUint32(40, dataBytes, true);
  return header;
}
