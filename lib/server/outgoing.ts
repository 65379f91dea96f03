import { frameBytes, type AudioFrame } from '../audio/frame.ts';

/** How much audio that was sent and not yet acknowledged is kept for a connection to come, samples: a minute. */
const mostKept = 60 * 16_000;

/** The audio of one reply on its way to a client: kept until the client says that it was heard. Positions in samples. */
export class Outgoing {
  readonly number: number;
  /** The buffered audio, from `#keptFrom` on, piece by piece. */
  readonly #kept: Uint8Array[] = [];
  #keptFrom = 0;
  /** Which of the kept pieces goes next, and where it begins. */
  #next = 0;
  /** Where the piece that goes next begins. */
  sent = 0;
  /** How much there is of it so far. */
  samples = 0;
  /** How much of it has been heard. */
  heard = 0;
  /** No more is to come. */
  complete = false;
  /** The client of the present connection knows of it, and of its end. */
  begun = false;
  ended = false;

  constructor(number: number) {
    this.number = number;
  }

  add(frame: AudioFrame): void {
    this.#kept.push(frameBytes(frame));
    this.samples += frame.pcm.length;
    while (this.samples - this.#keptFrom > mostKept && this.#next > 0) this.#forget();
  }

  /** Whether there is more than is kept for a client that does not read. */
  get overfull(): boolean {
    return this.samples - this.#keptFrom > mostKept;
  }

  /** The piece that goes next. */
  get piece(): Uint8Array | undefined {
    return this.#kept[this.#next];
  }

  /** The piece was sent. */
  advance(): void {
    this.sent += this.#kept[this.#next]!.byteLength / 2;
    this.#next += 1;
  }

  /** The client has heard this much: earlier audio is not needed any more. */
  acknowledge(samples: number): void {
    this.heard = Math.max(this.heard, Math.min(samples, this.samples));
    while (this.#next > 0 && this.#keptFrom + this.#kept[0]!.byteLength / 2 <= this.heard) this.#forget();
  }

  /** A new connection: goes on with the first piece of which something is missing at the client. */
  rewind(received: number): void {
    this.begun = this.ended = false;
    this.#next = 0;
    this.sent = this.#keptFrom;
    while (this.#next < this.#kept.length && this.sent + this.piece!.byteLength / 2 <= received)
      this.advance();
  }

  #forget(): void {
    this.#keptFrom += this.#kept.shift()!.byteLength / 2;
    this.#next -= 1;
  }
}
