import { type AudioFrame, concatFrames, frameMs } from './frame.ts';

/** The last seconds of a stream of audio, for who wants to listen again. It keeps frames, and copies none. */
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

  /** What was heard last, `keepMs` of it at the least where there was as much. */
  get audio(): AudioFrame {
    return concatFrames(this.#frames);
  }
}
