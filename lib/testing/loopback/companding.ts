/** G.711: the telephone's 8 bits a sample. */
export type Companding = 'mulaw' | 'alaw';

const exponentOf = (value: number): number => 31 - Math.clz32(value | 1);

/** 16-bit samples as G.711 bytes. */
export const compress = (pcm: Int16Array, law: Companding): Uint8Array =>
  Uint8Array.from(pcm, law === 'mulaw' ? toMulaw : toAlaw);

/** G.711 bytes as 16-bit samples. */
export const expand = (bytes: Uint8Array, law: Companding): Int16Array =>
  Int16Array.from(bytes, law === 'mulaw' ? fromMulaw : fromAlaw);

function toMulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
  const exponent = exponentOf(magnitude) - 7;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

function fromMulaw(byte: number): number {
  const bits = ~byte & 0xff;
  const exponent = (bits >> 4) & 7;
  const magnitude = ((((bits & 0x0f) << 3) + 132) << exponent) - 132;
  return bits & 0x80 ? -magnitude : magnitude;
}

function toAlaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(sample >= 0 ? sample : -sample - 1, 32_767) >> 4;
  const exponent = magnitude < 16 ? 0 : exponentOf(magnitude) - 3;
  const mantissa = (magnitude >> Math.max(0, exponent - 1)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

function fromAlaw(byte: number): number {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = bits & 0x0f;
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 264) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}
