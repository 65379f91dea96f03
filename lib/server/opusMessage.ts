/** Samples of one packet at the wire's rate: 20 ms. */
export const opusPacketSamples = 320;

/** The most bytes of one packet, by the codec's specification (RFC 6716, 3.2.1). */
const mostBytes = 1_275;

/** The most packets of one message: a second. */
const mostPackets = 50;

/** An audio message of Opus packets, each after its length in bytes: 16 bits, little-endian. */
export function opusMessage(packets: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(packets.reduce((sum, packet) => sum + 2 + packet.length, 0));
  let at = 0;
  for (const packet of packets) {
    bytes[at] = packet.length & 0xff;
    bytes[at + 1] = packet.length >> 8;
    bytes.set(packet, at + 2);
    at += 2 + packet.length;
  }
  return bytes;
}

/** The packets of an audio message, without copying; `undefined` for an invalid one. */
export function opusPackets(bytes: Uint8Array): Uint8Array[] | undefined {
  const packets: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes[at]! + (bytes[at + 1] ?? 0) * 256;
    at += 2 + length;
    if (length === 0 || length > mostBytes || at > bytes.length || packets.length === mostPackets)
      return undefined;
    packets.push(bytes.subarray(at - length, at));
  }
  return packets;
}
