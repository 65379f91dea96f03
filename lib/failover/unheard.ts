import { type AudioFrame, frameMs } from '../audio/frame.ts';

/** The end of a call's audio: what another engine would have to hear, if the one that listens failed now. */
export class Unheard {
  readonly #frames: AudioFrame[] = [];
  #lengthMs = 0;
  #endMs = 0;

  /** The frames that are kept. */
  get frames(): readonly AudioFrame[] {
    return [...this.#frames];
  }

  /** Where the first of them begins, in the audio of the call, ms. */
  get startMs(): number {
    return this.#endMs - this.#lengthMs;
  }

  /** Keeps a frame, and of what is older so much that all is at most `maxMs` long. */
  heard(frame: AudioFrame, maxMs: number): void {
    this.#frames.push(frame);
    this.#lengthMs += frameMs(frame);
    this.#endMs += frameMs(frame);
    while (this.#lengthMs > maxMs && this.#frames.length > 1) this.#drop();
  }

  /** Forgets what was said before this position. */
  understood(untilMs: number): void {
    while (this.#frames.length > 0 && this.startMs + frameMs(this.#frames[0]!) <= untilMs) this.#drop();
  }

  #drop(): void {
    this.#lengthMs -= frameMs(this.#frames.shift()!);
  }
}
