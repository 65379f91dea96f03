import { type AudioFrame, concatFrames, frameMs } from './frame.ts';

/**
 * The last seconds of a stream of audio, for a second recogniser or detector. It keeps the frames without copying.
 */
export class RecentAudio {
  readonly #keepMs: number;
  #frames: AudioFrame[] = [];
  #ms = 0;

  constructor(keepMs = 8_000) {
    this.#keepMs = keepMs;
  }

  heard(frame: AudioFrame): void {
    this.#frames.push(frame);
    this.#ms += frameMs(frame);
    if (this.#ms < 2 * this.#keepMs) return;
    while (this.#ms > this.#keepMs) this.#ms -= frameMs(this.#frames.shift()!);
  }

  /** The latest audio, at least `keepMs` of it if that much has arrived. */
  get audio(): AudioFrame {
    return concatFrames(this.#frames);
  }
}
