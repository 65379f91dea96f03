import { type AudioFrame, frameMs } from '../../audio/frame.ts';

/**
 * The audio of a call that is still needed: not sent yet, or sent but not transcribed for good. It is read by index,
 * counted from the first frame of the call.
 */
export class AudioLog {
  #frames: AudioFrame[] = [];
  #first = 0;
  #startMs = 0;
  #endMs = 0;

  push(frame: AudioFrame): void {
    this.#frames.push(frame);
    this.#endMs += frameMs(frame);
  }

  at(index: number): AudioFrame | undefined {
    return this.#frames[index - this.#first];
  }

  /** The index of the first frame that is still there. */
  get first(): number {
    return this.#first;
  }

  /** Where the first frame that is still there begins, ms. */
  get startMs(): number {
    return this.#startMs;
  }

  /** How much audio has come, ms. */
  get endMs(): number {
    return this.#endMs;
  }

  /** How much is kept, ms. */
  get keptMs(): number {
    return this.#endMs - this.#startMs;
  }

  /** Drops the frames that end at or before this position. */
  forget(beforeMs: number): void {
    this.#dropWhile(endMs => endMs <= beforeMs + 1e-6);
  }

  /** Drops the oldest frames beyond a limit, ms; returns the dropped length, ms. */
  trim(maxMs: number): number {
    const before = this.keptMs;
    this.#dropWhile((_, startMs) => this.#endMs - startMs > maxMs);
    return before - this.keptMs;
  }

  #dropWhile(isDone: (endMs: number, startMs: number) => boolean): void {
    let count = 0;
    for (const frame of this.#frames) {
      const endMs = this.#startMs + frameMs(frame);
      if (!isDone(endMs, this.#startMs)) break;
      this.#startMs = endMs;
      count++;
    }
    if (count === 0) return;
    this.#frames.splice(0, count);
    this.#first += count;
    if (this.#frames.length === 0) this.#startMs = this.#endMs;
  }
}
