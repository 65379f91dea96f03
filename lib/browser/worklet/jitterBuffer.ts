/** How much audio is waited for before a reply begins, ms; more after each time it ran dry, up to the most. */
const target = { firstMs: 40, stepMs: 40, mostMs: 240 };

/** Samples a millisecond at the wire's rate. */
const perMs = 16;

/** The audio of the reply that plays, as it comes over an uneven network. Positions are samples of the reply. */
export class JitterBuffer {
  /** The reply, 0 for none. */
  reply = 0;
  /** How much of it was played. */
  played = 0;
  /** How often it ran dry in the middle of a reply. */
  underruns = 0;
  #pieces: Int16Array[] = [];
  #offset = 0;
  #buffered = 0;
  #end: number | undefined;
  #playing = false;
  #targetMs = target.firstMs;

  /** The audio that follows belongs to this reply. */
  begin(reply: number, from: number): void {
    if (reply === this.reply) return;
    this.clear();
    this.reply = reply;
    this.played = from;
  }

  add(pcm: Int16Array): void {
    this.#pieces.push(pcm);
    this.#buffered += pcm.length;
  }

  /** The reply is complete; this is its length. */
  end(samples: number): void {
    this.#end = samples;
    // A codec's output beyond it does not belong to the reply.
    this.played = Math.min(this.played, samples);
  }

  /** Forgets everything: silence, at once. */
  clear(): void {
    this.reply = 0;
    this.#pieces = [];
    this.#offset = this.#buffered = 0;
    this.#end = undefined;
    this.#playing = false;
  }

  /** Whether the reply was played to its end. */
  get finished(): boolean {
    return this.reply !== 0 && this.#end !== undefined && this.played >= this.#end;
  }

  /** The next samples, −1 … 1; as many as there are, none while it waits for more to come. */
  read(count: number): Float32Array {
    if (!this.#playing && this.#buffered >= (this.#end === undefined ? this.#targetMs * perMs : 1))
      this.#playing = true;
    if (!this.#playing) return new Float32Array(0);
    const left = this.#end === undefined ? count : this.#end - this.played;
    const samples = new Float32Array(Math.min(count, this.#buffered, left));
    for (let at = 0; at < samples.length; at++) {
      const piece = this.#pieces[0]!;
      samples[at] = piece[this.#offset]! / 32_768;
      this.#offset += 1;
      if (this.#offset < piece.length) continue;
      this.#pieces.shift();
      this.#offset = 0;
    }
    this.#buffered -= samples.length;
    this.played += samples.length;
    if (samples.length < count) this.#ranDry();
    return samples;
  }

  #ranDry(): void {
    this.#playing = false;
    if (this.finished) return;
    this.underruns += 1;
    this.#targetMs = Math.min(target.mostMs, this.#targetMs + target.stepMs);
  }
}
