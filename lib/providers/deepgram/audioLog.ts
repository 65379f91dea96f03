import { type AudioFrame, frameMs } from '../../audio/frame.ts';

/** A frame and where it begins in the call's audio, ms. */
export interface LoggedFrame {
  readonly frame: AudioFrame;
  readonly atMs: number;
}

/**
 * The audio of a call that may have to be heard (again): what has not been sent yet, and what was sent but is not
 * transcribed for good. It is read by index, counted from the first frame of the call.
 */
export class AudioLog {
  #frames: LoggedFrame[] = [];
  /** The index of the first frame that is still there. */
  #first = 0;
  /** How much audio has come, ms. */
  endMs = 0;

  push(frame: AudioFrame): void {
    this.#frames.push({ frame, atMs: this.endMs });
    this.endMs += frameMs(frame);
  }

  at(index: number): LoggedFrame | undefined {
    return this.#frames[index - this.#first];
  }

  /** The index of the first frame that is still there. */
  get first(): number {
    return this.#first;
  }

  /** The index of the next frame to come. */
  get end(): number {
    return this.#first + this.#frames.length;
  }

  /** How much is kept, ms. */
  get keptMs(): number {
    return this.endMs - (this.#frames[0]?.atMs ?? this.endMs);
  }

  /** Lets go of the frames that end at or before this position. */
  forget(beforeMs: number): void {
    let count = 0;
    while (count < this.#frames.length && this.#endOf(count) <= beforeMs + 1e-6) count++;
    this.#drop(count);
  }

  /** Lets go of the oldest frames until at most so much is kept; returns how much that was, ms. */
  trim(maxMs: number): number {
    const before = this.keptMs;
    let count = 0;
    while (count < this.#frames.length && this.endMs - this.#frames[count]!.atMs > maxMs) count++;
    this.#drop(count);
    return before - this.keptMs;
  }

  #endOf(index: number): number {
    return this.#frames[index + 1]?.atMs ?? this.endMs;
  }

  #drop(count: number): void {
    if (count === 0) return;
    this.#frames.splice(0, count);
    this.#first += count;
  }
}
