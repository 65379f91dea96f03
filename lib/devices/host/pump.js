/** The interval at which a silent loudspeaker reports that it is alive: 200 ms. */
const IDLE_TICKS = 10;

/**
 * Keeps a loudspeaker supplied: 20 ms of queued audio, else of silence, one write at a time, since audio in a native
 * stream can't be withdrawn. The write that settles is the clock: it reports how much was heard.
 *
 * @param {import('../protocol.ts').OpenSpeaker} speaker
 * @param {(heard: number) => void} tick
 */
export function pump({ sampleRate, latencyMs, write }, tick) {
  const length = Math.round(sampleRate / 50) * 2;
  const latency = Math.round(latencyMs / 20);
  /** @type {Uint8Array[]} */
  let queue = [];
  /** The number of audio bytes in each chunk that is not yet heard. */
  const written = Array.from({ length: latency }, () => 0);
  let heard = 0;
  // The first write reports at once that it works.
  let idle = IDLE_TICKS;

  /** The next chunk, and how much of it is not silence. */
  const next = () => {
    const chunk = Buffer.alloc(length);
    let at = 0;
    for (let first = queue[0]; first && at < length; first = queue[0]) {
      const taken = first.subarray(0, length - at);
      chunk.set(taken, at);
      at += taken.length;
      if (taken.length < first.length) queue[0] = first.subarray(taken.length);
      else queue.shift();
    }
    return { chunk, bytes: at };
  };

  const run = async () => {
    for (;;) {
      const { chunk, bytes } = next();
      await write(chunk);
      written.push(bytes);
      const now = written.shift() ?? 0;
      heard += now / 2;
      idle++;
      if (now === 0 && idle < IDLE_TICKS) continue;
      idle = 0;
      tick(heard);
    }
  };

  return {
    /** @param {Uint8Array} pcm */
    play: pcm => void queue.push(pcm),
    done: run(),
  };
}
