import { type AudioFrame, frameMs } from '../audio/frame.ts';

/** The end of a call's audio: the part that another engine needs if the current one fails now. */
export class ReplayBuffer {
  readonly #frames: AudioFrame[] = [];
  #lengthMs = 0;
  #endMs = 0;

  /** The frames that are kept. */
  get frames(): readonly AudioFrame[] {
    return [...this.#frames];
  }

  /** The start of the first of them, in the audio of the call, ms. */
  get startMs(): number {
    return this.#endMs - this.#lengthMs;
  }

  /** Keeps a frame, and drops the oldest until at most `maxMs` remain. */
  push(frame: AudioFrame, maxMs: number): void {
    this.#frames.push(frame);
    this.#lengthMs += frameMs(frame);
    this.#endMs += frameMs(frame);
    while (this.#lengthMs > maxMs && this.#frames.length > 1) this.#drop();
  }

  /** Forgets the audio before this position. */
  forget(untilMs: number): void {
    while (this.#frames.length > 0 && this.startMs + frameMs(this.#frames[0]!) <= untilMs) this.#drop();
  }

  #drop(): void {
    this.#lengthMs -= frameMs(this.#frames.shift()!);
  }
}
