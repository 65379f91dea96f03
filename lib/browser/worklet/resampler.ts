/** Zero crossings of the filter to each side: flat to 7 kHz at 16,000 Hz, and nothing audible of aliases. */
const crossings = 16;
/** Points of the filter's table between two zero crossings. */
const points = 128;

/** The right half of a windowed sinc, with one point more to interpolate to. */
const table = Float32Array.from({ length: crossings * points + 2 }, (_, index) => {
  const x = index / points;
  if (x >= crossings) return 0;
  const window =
    0.42 + 0.5 * Math.cos((Math.PI * x) / crossings) + 0.08 * Math.cos((2 * Math.PI * x) / crossings);
  return x === 0 ? 1 : (Math.sin(Math.PI * x) / (Math.PI * x)) * window;
});

/**
 * Brings samples (−1 … 1) from one rate to another, piece by piece without clicks, later by the filter's half length
 * (1 ms or less). Of its own since browsers differ in whether an AudioContext may have another rate than the microphone.
 */
export class Resampler {
  /** Input samples per output sample. */
  readonly #step: number;
  /**
   * The filter's steps per input sample: fewer when the rate goes down, to cut frequencies that the new rate can't
   * hold.
   */
  readonly #scale: number;
  readonly #reach: number;
  /** Input not used up, and where in it the next output sample lies. */
  #input = new Float32Array(0);
  #at: number;

  constructor(from: number, to: number) {
    this.#step = from / to;
    this.#scale = Math.min(1, to / from) * 0.95;
    this.#reach = Math.ceil(crossings / this.#scale);
    this.#at = this.#reach;
    this.#input = new Float32Array(this.#reach);
  }

  /** The samples that can be computed by now. */
  process(samples: Float32Array): Float32Array {
    const input = new Float32Array(this.#input.length + samples.length);
    input.set(this.#input);
    input.set(samples, this.#input.length);
    const count = Math.max(0, Math.floor((input.length - this.#reach - this.#at) / this.#step));
    const output = new Float32Array(count);
    for (let index = 0; index < count; index++)
      output[index] = this.#sample(input, this.#at + index * this.#step);
    const next = this.#at + count * this.#step;
    const used = Math.max(0, Math.floor(next) - this.#reach);
    this.#input = input.slice(used);
    this.#at = next - used;
    return output;
  }

  #sample(input: Float32Array, at: number): number {
    let sum = 0;
    const last = Math.floor(at) + this.#reach;
    for (let index = Math.ceil(at) - this.#reach; index <= last; index++) {
      const place = Math.abs(index - at) * this.#scale * points;
      const below = Math.floor(place);
      if (below >= crossings * points) continue;
      const share = place - below;
      sum += (input[index] ?? 0) * (table[below]! * (1 - share) + table[below + 1]! * share);
    }
    return sum * this.#scale;
  }
}
