import { createRequire } from 'node:module';
import { RxvoiceError } from '../errors.ts';
import { wireRate } from '../protocol/protocol.ts';

/** The parts of `@evan/opus` 1.0.3 that are used; its own types are not found by its exports. */
interface OpusLibrary {
  readonly Encoder: new (options: {
    channels: 1;
    sample_rate: number;
    application: 'restricted_lowdelay';
  }) => OpusEncoder;
}

/** The exports of its WebAssembly that are used. */
interface OpusWasm {
  readonly Decoder: new (options: { channels: 1; sample_rate: number }) => OpusDecoder;
}

/** Writes packets of 20 ms. */
export interface OpusEncoder {
  encode(pcm: Int16Array): Uint8Array;
  /** Forgets all earlier audio. */
  reset(): void;
  ctl(request: number, value: number): void;
  /** Gives its memory back at once; native code leaves that to the garbage collector. */
  drop?(): void;
}

/** Reads packets. */
export interface OpusDecoder {
  /** The samples, `s16le`. Throws for bytes that are no packet. */
  decode(packet: Uint8Array): Uint8Array;
  /** Gives its memory back. */
  drop(): void;
}

/** The codec, ready for calls. */
export interface Opus {
  encoder(): OpusEncoder;
  decoder(): OpusDecoder;
}

/** By how much sound is later after this encoder and its decoder, samples at the wire's rate: 2.5 ms. */
export const opusDelay = 40;

/** Settings of the encoder (opus_defines.h): bits a second, and the lowest complexity. */
const bitrate = [4002, 32_000] as const;
const complexity = [4010, 0] as const;

/**
 * Loads Opus, an optional peer. Gives an RxvoiceError that says how to get it.
 *
 * A client's audio is decoded in WebAssembly, where a malicious packet can harm only its own decoder. The bot's audio
 * is encoded by the library's default, native code where the library ships it for the machine: a third of the cost. The
 * low-delay mode takes 2.5 ms instead of 6.5, a third of the time, and is nearer to the original at 32 kbit/s.
 */
export function loadOpus(require: (name: string) => unknown = createRequire(import.meta.url)): Opus {
  try {
    const { Encoder } = require('@evan/opus') as OpusLibrary;
    const { Decoder } = require('@evan/opus/wasm/index.js') as OpusWasm;
    return {
      encoder: () => {
        const encoder = new Encoder({
          channels: 1,
          sample_rate: wireRate,
          application: 'restricted_lowdelay',
        });
        encoder.ctl(...bitrate);
        encoder.ctl(...complexity);
        return encoder;
      },
      decoder: () => new Decoder({ channels: 1, sample_rate: wireRate }),
    };
  } catch (cause) {
    throw new RxvoiceError("Opus needs the package '@evan/opus': npm i @evan/opus", { cause });
  }
}
