import { opusMessage, opusPackets, opusPacketSamples } from '../server/opusMessage.ts';
import { Resampler } from './worklet/resampler.ts';

const wireRate = 16_000;
/** Browsers decode Opus at its own rate, whatever rate is configured. */
const opusRate = 48_000;
/** A packet, microseconds. */
const packetUs = 20_000;

const encoderConfig: AudioEncoderConfig = {
  codec: 'opus',
  sampleRate: wireRate,
  numberOfChannels: 1,
  bitrate: 32_000,
  // An option TypeScript does not know yet: 2.5 ms of delay instead of 6.5. Firefox ignores it.
  opus: { frameDuration: packetUs, application: 'lowdelay' } as OpusEncoderConfig,
};
const decoderConfig: AudioDecoderConfig = { codec: 'opus', sampleRate: opusRate, numberOfChannels: 1 };

/** By how much sound is later after this browser's encoder, samples; nothing where it has no Opus. Asked once. */
export const opusDelay = (): Promise<number | undefined> => (delay ??= askedDelay().catch(() => undefined));
let delay: Promise<number | undefined> | undefined;

/** The only way to know is to write something: the header that comes with the first packet says so. */
async function askedDelay(): Promise<number | undefined> {
  if (typeof AudioEncoder === 'undefined' || typeof AudioDecoder === 'undefined') return undefined;
  const { supported } = await AudioEncoder.isConfigSupported(encoderConfig);
  if (supported !== true || (await AudioDecoder.isConfigSupported(decoderConfig)).supported !== true)
    return undefined;
  let header: AllowSharedBufferSource | undefined;
  const encoder = new AudioEncoder({
    output: (_, metadata) => (header ??= metadata?.decoderConfig?.description),
    error: () => undefined, // flush reports it
  });
  encoder.configure(encoderConfig);
  encoder.encode(audioData(new Int16Array(opusPacketSamples), 0));
  await encoder.flush();
  encoder.close();
  if (header === undefined) return undefined;
  const bytes = ArrayBuffer.isView(header)
    ? new Uint8Array(header.buffer, header.byteOffset)
    : new Uint8Array(header);
  // "OpusHead", version, channels, then the delay (RFC 7845, 5.1): at 48 kHz, but Chromium gives it at the encoder's
  // rate. Encoders delay by 2.5 ms or 6.5: the greatest of the one are smaller than the least of the other.
  const skip = bytes[10]! + bytes[11]! * 256;
  return skip < 112 ? skip : Math.round((skip * wireRate) / opusRate);
}

const audioData = (pcm: Int16Array, at: number): AudioData =>
  new AudioData({
    format: 's16',
    sampleRate: wireRate,
    numberOfChannels: 1,
    numberOfFrames: pcm.length,
    timestamp: Math.round((at * 1e6) / wireRate),
    data: pcm as Int16Array<ArrayBuffer>,
  });

/** Encodes the user's audio for one connection: messages of packets. */
export class OpusEncoding {
  readonly #encoder: AudioEncoder;
  #at = 0;

  constructor(written: (message: Uint8Array) => void, failed: () => void) {
    this.#encoder = new AudioEncoder({
      output: packet => {
        const bytes = new Uint8Array(packet.byteLength);
        packet.copyTo(bytes);
        written(opusMessage([bytes]));
      },
      error: failed,
    });
    this.#encoder.configure(encoderConfig);
  }

  encode(pcm: Int16Array): void {
    this.#encoder.encode(audioData(pcm, this.#at));
    this.#at += pcm.length;
  }

  close(): void {
    if (this.#encoder.state !== 'closed') this.#encoder.close();
  }
}

/** Reads a reply, from where the server goes on with it: samples for the jitter buffer. */
export class OpusDecoding {
  readonly #decoder: AudioDecoder;
  readonly #resampler = new Resampler(opusRate, wireRate);
  #at = 0;

  /** @param skip How many samples that come first are the codec's delay. */
  constructor(skip: number, read: (pcm: Int16Array) => void, failed: () => void) {
    this.#decoder = new AudioDecoder({
      output: sound => {
        const samples = new Float32Array(sound.numberOfFrames);
        sound.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
        sound.close();
        const pcm = Int16Array.from(this.#resampler.process(samples), sample =>
          Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))),
        );
        const skipped = Math.min(skip, pcm.length);
        skip -= skipped;
        read(pcm.subarray(skipped));
      },
      error: failed,
    });
    this.#decoder.configure(decoderConfig);
  }

  decode(message: ArrayBuffer): void {
    for (const data of opusPackets(new Uint8Array(message)) ?? []) {
      const timestamp = this.#at * packetUs;
      this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp, data: data }));
      this.#at += 1;
    }
  }

  close(): void {
    if (this.#decoder.state !== 'closed') this.#decoder.close();
  }
}
