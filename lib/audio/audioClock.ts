import { asyncScheduler } from 'rxjs';
import { frameMs, type AudioFrame } from './frame.ts';

/** How long arrivals are remembered, ms of audio: longer than any turn with its silences. */
const memoryMs = 120_000;

/**
 * Tells when a position in the input's audio arrived, so that latencies start where the user's voice really ended
 * and not where an engine reported it.
 */
export class AudioClock {
  #positionMs = 0;
  #ends: number[] = [];
  #arrivals: number[] = [];

  /** Notes that the next frame of the input has arrived, now. */
  arrived(frame: AudioFrame): void {
    this.#positionMs += frameMs(frame);
    this.#ends.push(this.#positionMs);
    this.#arrivals.push(asyncScheduler.now());
    if (this.#positionMs - this.#ends[0]! > 2 * memoryMs) {
      const keep = this.#indexOf(this.#positionMs - memoryMs);
      this.#ends = this.#ends.slice(keep);
      this.#arrivals = this.#arrivals.slice(keep);
    }
  }

  /** How long ago the frame that holds this position (ms of audio since the start) arrived, ms. */
  sinceMs(positionMs: number): number {
    const arrival = this.#arrivals[this.#indexOf(positionMs)] ?? this.#arrivals.at(-1);
    return arrival === undefined ? 0 : asyncScheduler.now() - arrival;
  }

  /** The first remembered frame that ends at or after the position. A hair of tolerance: positions are sums. */
  #indexOf(positionMs: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ends[middle]! < positionMs - 1e-6) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
