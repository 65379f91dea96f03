import { decodedAlaw } from '../../audio/alaw.ts';
import { decodeMulaw, encodeMulaw } from '../../audio/mulaw.ts';

/** G.711: the telephone's 8 bits a sample. */
export type Companding = 'mulaw' | 'alaw';

/** 16-bit samples as G.711 bytes. */
export const compress = (pcm: Int16Array, law: Companding): Uint8Array =>
  law === 'mulaw' ? encodeMulaw(pcm) : Uint8Array.from(pcm, toAlaw);

/** G.711 bytes as 16-bit samples. */
export const expand = (bytes: Uint8Array, law: Companding): Int16Array =>
  law === 'mulaw' ? decodeMulaw(bytes) : Int16Array.from(bytes, byte => decodedAlaw[byte]!);

function toAlaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = (sample >= 0 ? sample : -sample - 1) >> 4;
  const exponent = magnitude < 16 ? 0 : 28 - Math.clz32(magnitude);
  const mantissa = (magnitude >> Math.max(0, exponent - 1)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}
