import { asyncScheduler } from 'rxjs';
import { frameMs, type AudioFrame } from './frame.ts';

/** How long arrivals are remembered, ms of audio: longer than any turn with its silences. */
const memoryMs = 120_000;

/**
 * Returns when a position in the input's audio arrived, so that latencies start where the user's voice really ended,
 * not where an engine reported it.
 */
export class AudioClock {
  #positionMs = 0;
  // Typed arrays, since they are used once a frame of every call: the end of each frame, and its arrival.
  #frames = new Float64Array(512);
  #length = 0;

  /** The length of the input so far, ms. */
  get positionMs(): number {
    return this.#positionMs;
  }

  /** Notes that the next frame of the input has arrived, now. */
  arrived(frame: AudioFrame): void {
    if (this.#length === this.#frames.length) this.#makeRoom();
    this.#positionMs += frameMs(frame);
    this.#frames[this.#length++] = this.#positionMs;
    this.#frames[this.#length++] = asyncScheduler.now();
  }

  /** How long ago the frame that holds this position (ms of audio since the start) arrived, ms. */
  sinceMs(positionMs: number): number {
    if (this.#length === 0) return 0;
    const at = Math.min(this.#indexOf(positionMs), this.#length - 2);
    return asyncScheduler.now() - this.#frames[at + 1]!;
  }

  /** The first remembered frame that ends at or after the position. A hair of tolerance: positions are sums. */
  #indexOf(positionMs: number): number {
    let low = 0;
    let high = this.#length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#frames[2 * middle]! < positionMs - 1e-6) low = middle + 1;
      else high = middle;
    }
    return 2 * low;
  }

  /** Forgets old entries, and makes room for as many again as are left. */
  #makeRoom(): void {
    const kept = this.#frames.subarray(this.#indexOf(this.#positionMs - memoryMs), this.#length);
    this.#frames = new Float64Array(2 * kept.length);
    this.#frames.set(kept);
    this.#length = kept.length;
  }
}
