import type { Vad } from './sherpa.ts';

/** Samples of a window, at 16 kHz: 32 ms. */
export const windowLength = 512;
/** A window, ms. */
export const windowMs = 32;

/** How long the detector still says voice when there is none any more, windows:
 * the configured 100 ms, and its own delay (measured: 158 ms late on the recordings with 3, 94 with 5). */
const holdWindows = 5;

/** How far back of its detection the beginning of a voice is looked for, windows: 384 ms. */
const lookBack = 12;

/**
 * Reports for each window whether there is speech, and where it began and ended: Silero detects it,
 * about 130 ms after it began; the loudness of the windows before gives the position.
 */
export class VoiceDetector {
  readonly #vad: Vad;
  readonly #levels: number[] = [];
  #floor = 0.005;
  #positionMs = 0;
  #voice = false;

  /** Where the voice that is heard, or was heard last, began, ms. */
  startMs = 0;
  /** Where the voice ended, ms; while there is one, where it is. */
  endMs = 0;

  constructor(vad: Vad) {
    this.#vad = vad;
  }

  /** Whether there is a voice, now that one more window was heard. */
  hear(samples: Float32Array): boolean {
    this.#positionMs += windowMs;
    this.#vad.acceptWaveform(samples);
    // It also collects the voice's audio; that is kept elsewhere.
    while (!this.#vad.isEmpty()) this.#vad.pop();
    const level = loudness(samples);
    this.#levels.push(level);
    if (this.#levels.length > lookBack) this.#levels.shift();

    const voice = this.#vad.isDetected();
    if (voice && !this.#voice) this.startMs = this.#positionMs - this.#onset() * windowMs;
    if (voice) this.endMs = this.#positionMs;
    else if (this.#voice) this.endMs = Math.max(this.startMs, this.endMs - holdWindows * windowMs);
    if (!voice) this.#floor += (level - this.#floor) * 0.05;
    this.#voice = voice;
    return voice;
  }

  get #threshold(): number {
    return Math.max(0.003, this.#floor * 2.5);
  }

  /** How many windows ago the voice began: it has been loud since. */
  #onset(): number {
    let windows = 4; // the time the detector needs to be sure
    while (windows < this.#levels.length && this.#levels.at(-windows - 1)! > this.#threshold) windows += 1;
    return Math.min(windows, this.#levels.length);
  }
}

/** Root mean square, 0 … 1. */
function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}
