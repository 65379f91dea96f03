/** The bias added before the logarithm, and the loudest sample that can be represented (ITU-T G.711). */
const bias = 0x84;
const loudest = 32_635;

/**
 * 16-bit samples as µ-law bytes (ITU-T G.711), a byte each: the format of telephone lines, at 8,000 Hz.
 *
 * @example
 * socket.send(encodeMulaw(resampleFrame(frame, 8_000).pcm))
 */
export function encodeMulaw(pcm: Int16Array): Uint8Array {
  const bytes = new Uint8Array(pcm.length);
  for (let index = 0; index < pcm.length; index++) {
    const sample = pcm[index]!;
    const sign = sample < 0 ? 0x80 : 0;
    const magnitude = Math.min(loudest, Math.abs(sample)) + bias;
    const exponent = 24 - Math.clz32(magnitude); // of the highest bit above the seventh
    bytes[index] = ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f));
  }
  return bytes;
}

/** µ-law bytes as 16-bit samples. */
export function decodeMulaw(bytes: Uint8Array): Int16Array {
  const pcm = new Int16Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) pcm[index] = decoded[bytes[index]!]!;
  return pcm;
}

/** The sample each byte stands for. */
const decoded = Int16Array.from({ length: 256 }, (_, byte) => {
  const code = ~byte;
  const magnitude = ((((code & 0x0f) << 3) + bias) << ((code >> 4) & 0x07)) - bias;
  return code & 0x80 ? -magnitude : magnitude;
});
