import type { AudioFrame } from '../../audio/frame.ts';

/** Audio kept for each sentence that follows, ms: a sentence without audio would count as not spoken. */
const leastMs = 20;

/** Audio of one of the sentences, counted from 0. */
export interface Share {
  readonly sentence: number;
  readonly frame: AudioFrame;
}

/**
 * The audio of sentences that were spoken as one, shared out among them: the service does not report where one ends, so that is
 * estimated from the lengths of their texts. The parts come in order, and each sentence has one.
 */
export class SharedAudio {
  /** Where each but the last is thought to end, samples. */
  readonly #ends: readonly number[];
  readonly #last: number;
  readonly #leastSamples: number;
  #held: AudioFrame[] = [];
  #heldSamples = 0;
  #sentence = 0;
  #given: number;
  /** Whether the sentence that is on has some. */
  #hasSome: boolean;

  /** `handedMs`: how much was given of the first one before, ms; it does not come again. */
  constructor(texts: readonly string[], sampleRate: number, msPerCharacter: number, handedMs = 0) {
    let characters = 0;
    this.#ends = texts
      .slice(0, -1)
      .map(text => Math.round(((characters += text.length) * msPerCharacter * sampleRate) / 1000));
    this.#last = texts.length - 1;
    this.#leastSamples = (leastMs * sampleRate) / 1000;
    this.#given = Math.round((handedMs * sampleRate) / 1000);
    this.#hasSome = handedMs > 0;
  }

  /** The part that certainly belongs to one of them, with the audio that came next. */
  next(frame: AudioFrame): Share[] {
    this.#held.push(frame);
    this.#heldSamples += frame.pcm.length;
    const shares: Share[] = [];
    for (;;) {
      const spare = this.#heldSamples - this.#leastSamples * (this.#last - this.#sentence);
      if (spare <= 0) return shares;
      const rest = (this.#ends[this.#sentence] ?? Infinity) - this.#given;
      if (rest <= 0 && this.#hasSome) this.#goOn();
      else shares.push(...this.#take(Math.min(spare, Math.max(1, rest))));
    }
  }

  /** The rest: all has come. */
  rest(): Share[] {
    const shares: Share[] = [];
    if (this.#hasSome && this.#sentence < this.#last) this.#goOn();
    while (this.#heldSamples > 0) {
      shares.push(...this.#take(Math.ceil(this.#heldSamples / (this.#last - this.#sentence + 1))));
      if (this.#sentence < this.#last) this.#goOn();
    }
    return shares;
  }

  #goOn(): void {
    this.#sentence += 1;
    this.#hasSome = false;
  }

  #take(samples: number): Share[] {
    const shares: Share[] = [];
    for (let left = samples; left > 0;) {
      const { pcm, sampleRate } = this.#held[0]!;
      const taken = pcm.subarray(0, left);
      shares.push({ sentence: this.#sentence, frame: { pcm: taken, sampleRate } });
      if (taken.length === pcm.length) this.#held.shift();
      else this.#held[0] = { pcm: pcm.subarray(taken.length), sampleRate };
      left -= taken.length;
    }
    this.#heldSamples -= samples;
    this.#given += samples;
    this.#hasSome = true;
    return shares;
  }
}
