// A microphone in real time: frames of 20 ms on absolute deadlines, a tone where the user speaks. The words
// are in the script of the loopback servers.
import { silence } from 'rxvoice/audio';

const quiet = silence(20);
const hum = {
  ...quiet,
  pcm: quiet.pcm.map((_, index) => 6_000 * Math.sin((2 * Math.PI * 200 * index) / 16_000)),
};

/**
 * Hands over frames for a time, ms, each when it would have been recorded, and calls back at marks: with the frame that
 * ends there.
 *
 * @param {{ ms: number, hear: (frame: import('rxvoice').AudioFrame) => void, marks?: ReadonlyMap<number, () => void>, offsetMs?: number, speech?: readonly { from: number, to: number }[] }} options
 */
export function microphone({ ms, hear, marks = new Map(), offsetMs = 0, speech = [] }) {
  return new Promise(resolve => {
    const startedAt = performance.now() + offsetMs;
    let position = 0;
    const next = () => {
      for (; performance.now() >= startedAt + position + 20;) {
        position += 20;
        marks.get(position)?.();
        hear(speech.some(({ from, to }) => position > from && position <= to) ? hum : quiet);
        if (position >= ms) return resolve(undefined);
      }
      setTimeout(next, Math.max(1, startedAt + position + 20 - performance.now()));
    };
    next();
  });
}

/** Percentiles of values, nearest rank. */
export const percentiles = values => {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = share => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return {
    count: sorted.length,
    p50: rank(0.5),
    p95: rank(0.95),
    p99: rank(0.99),
    max: sorted.at(-1) ?? NaN,
  };
};
