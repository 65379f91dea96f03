/**
 * Cuts the bytes of a recorder into frames of 20 ms. Bytes that arrive before the rate is known are buffered.
 *
 * @param {(frame: Uint8Array) => void} emit
 */
export function reframed(emit) {
  let rest = Buffer.alloc(0);
  let length = 0;

  const cut = () => {
    let at = 0;
    for (; at + length <= rest.length; at += length) emit(rest.subarray(at, at + length));
    rest = rest.subarray(at);
  };

  return {
    /** @param {number} sampleRate */
    start: sampleRate => {
      length = Math.round(sampleRate / 50) * 2;
      cut();
    },
    /** @param {Uint8Array} bytes */
    push: bytes => {
      rest = rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([rest, bytes]);
      if (length > 0) cut();
    },
  };
}
