/** Audio of the microphone, buffered until the server has received it, so that a network outage loses nothing. */
export class SentAudio {
  readonly #most: number;
  #kept: Int16Array[] = [];
  #from = 0;
  #samples = 0;

  /** @param most How many samples are kept at most. */
  constructor(most: number) {
    this.#most = most;
  }

  add(pcm: Int16Array): void {
    this.#kept.push(pcm);
    this.#samples += pcm.length;
    while (this.#samples - this.#from > this.#most) this.#forget();
  }

  /** The server has received this many samples in total. */
  acknowledge(received: number): void {
    while (this.#kept.length > 0 && this.#from + this.#kept[0]!.length <= received) this.#forget();
  }

  /** Samples that the server has not received yet. */
  missing(received: number): Int16Array[] {
    this.acknowledge(received);
    const [first, ...rest] = this.#kept;
    if (first === undefined) return [];
    return [first.slice(Math.max(0, received - this.#from)), ...rest];
  }

  #forget(): void {
    this.#from += this.#kept.shift()!.length;
  }
}
