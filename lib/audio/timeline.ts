import { asyncScheduler } from 'rxjs';
import type { AudioFrame } from './frame.ts';

/** Frames that come this late are still one piece of sound: timers and networks are uneven. */
const toleranceMs = 40;

/** Sound on one line of RxJS's time, with silence between. Positions are samples. */
export class Timeline {
  readonly sampleRate: number;
  readonly #startedAt = asyncScheduler.now();
  #pcm = new Int16Array(0);
  #length = 0;

  constructor(sampleRate: number) {
    this.sampleRate = sampleRate;
  }

  /** The position of a time. */
  positionOf(time: number): number {
    return Math.max(0, Math.round(((time - this.#startedAt) * this.sampleRate) / 1000));
  }

  /** Appends samples that have just been heard, or places them after a gap. */
  append(frame: AudioFrame): void {
    const heardAt = this.positionOf(asyncScheduler.now()) - frame.pcm.length;
    const late = heardAt - this.#length > (toleranceMs * this.sampleRate) / 1000;
    this.put(frame, late ? heardAt : this.#length);
  }

  /** Writes samples at a position, over earlier ones. */
  put({ pcm }: AudioFrame, at: number): void {
    if (at + pcm.length > this.#pcm.length) {
      const grown = new Int16Array(Math.max(this.#pcm.length * 2, at + pcm.length, this.sampleRate * 10));
      grown.set(this.#pcm);
      this.#pcm = grown;
    }
    this.#pcm.set(pcm, at);
    this.#length = Math.max(this.#length, at + pcm.length);
  }

  /** Silences everything from a position on. */
  cut(at: number): void {
    if (at >= this.#length) return;
    this.#pcm.fill(0, at, this.#length);
    this.#length = Math.max(0, at);
  }

  /** All of it, from the start. */
  get sound(): AudioFrame {
    return { pcm: this.#pcm.subarray(0, this.#length), sampleRate: this.sampleRate };
  }
}
