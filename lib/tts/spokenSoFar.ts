import { asyncScheduler } from 'rxjs';
import { frameMs, type AudioFrame } from '../audio/frame.ts';
import type { Playback } from '../audio/output.ts';
import { Playhead } from '../audio/playhead.ts';
import type { TimedWord } from '../engine.ts';
import { wordsUntil, wordsWithin } from './wordsWithin.ts';

interface Sentence {
  text: string;
  /** Where its audio begins and, as far as it has come, ends in the audio of the reply, ms. */
  readonly fromMs: number;
  toMs: number;
  complete: boolean;
}

/** How long a character takes to say where nothing better is known: 15 characters a second, ordinary English. */
const msPerCharacter = 1000 / 15;

/**
 * The ledger of one reply: what was said, and how much of it has been heard. `speak` fills it in; when the reply is
 * cut it tells the words that belong in the history.
 */
export class SpokenSoFar {
  /** Where the loudspeaker is, as far as the clock can tell. */
  readonly playhead = new Playhead();
  readonly #sentences: Sentence[] = [];
  readonly #timings: ReadonlyMap<string, readonly TimedWord[]>;
  #reportedMs: number | undefined;

  /** `timings`: where the words of a text end, for the texts whose voice tells. */
  constructor(timings: ReadonlyMap<string, readonly TimedWord[]> = new Map()) {
    this.#timings = timings;
  }

  /** The next sentence starts. */
  begin(text: string): void {
    this.#sentences.push({
      text,
      fromMs: this.playhead.handedMs,
      toMs: this.playhead.handedMs,
      complete: false,
    });
  }

  /** The sentence that began last goes on. */
  write(text: string): void {
    this.#sentences.at(-1)!.text += text;
  }

  /** Audio of the sentence that began last goes to the output, after the playhead counted it. */
  hand(frame: AudioFrame): void {
    this.#sentences.at(-1)!.toMs += frameMs(frame);
  }

  /** All audio of the sentence that began last has gone to the output. */
  end(): void {
    this.#sentences.at(-1)!.complete = true;
  }

  /** The output tells what was really heard. */
  report({ playedMs }: Playback): void {
    this.#reportedMs = playedMs;
  }

  /** The output falls silent: what was heard until now, ms. What it tells when it goes on counts from there. */
  hold(): number {
    const { heardMs } = this;
    this.playhead.hold(heardMs);
    this.#reportedMs = undefined;
    return heardMs;
  }

  /** All the sentences that began, without those the voice had no audio for. */
  get text(): string {
    return join(this.#sentences.map(sentence => (isSilent(sentence) ? nothing : sentence.text)));
  }

  /** Whether there was something to be said, and the voice had no audio for any of it. */
  get isSilent(): boolean {
    return !this.sounding && this.#sentences.some(sentence => isSilent(sentence) && sentence.text !== '');
  }

  /** Whether any of its audio went to the output. */
  get sounding(): boolean {
    return this.playhead.handedMs > 0;
  }

  /** The sentence that is being heard, as far as it is written. */
  get sentence(): string {
    const { text, heard } = this;
    let from = 0;
    for (const end of text.matchAll(/[.!?。！？]+(?=\s|$)/gu)) {
      const to = end.index + end[0].length;
      if (to > heard.length) return text.slice(from, to).trim();
      if (text.slice(to).trim() !== '') from = to;
    }
    return text.slice(from).trim();
  }

  /** How much of what was handed over of the sentence that is being heard is still to be heard, ms. */
  get sentenceRestMs(): number {
    const heardMs = this.heardMs;
    return (this.#sentences.find(({ toMs }) => toMs > heardMs)?.toMs ?? heardMs) - heardMs;
  }

  /** How much audio has been heard by now, ms. */
  get heardMs(): number {
    const { handedMs } = this.playhead;
    return Math.min(handedMs, this.#reportedMs ?? this.playhead.playedMs(asyncScheduler.now()));
  }

  /** The words that have been heard by now: whole ones only, as the voice timed them, else in proportion to the audio. */
  get heard(): string {
    const heardMs = this.heardMs;
    return join(
      this.#sentences.map(sentence => {
        if (isSilent(sentence)) return nothing;
        const { text, fromMs, toMs, complete } = sentence;
        if (complete && heardMs >= toMs) return text;
        const timed = this.#timings.get(text);
        if (timed !== undefined) return wordsUntil(text, timed, heardMs - fromMs);
        const lengthMs = complete ? toMs - fromMs : Math.max(toMs - fromMs, text.length * msPerCharacter);
        return wordsWithin(text, (heardMs - fromMs) / lengthMs);
      }),
    );
  }
}

/** Whether all of a sentence's audio came, and was none. */
const isSilent = ({ fromMs, toMs, complete }: Sentence): boolean => complete && toMs === fromMs;

/** What is there instead of a sentence without audio. */
const nothing = ' ';

/**
 * Sentences as one text; they bring their own white space where the model wrote any. Where it wrote none there is a space
 * between a mark and a capital or digit: "example." and "com" are one word that was cut.
 */
const join = (texts: readonly string[]): string =>
  texts
    .reduce((all, text, index) => {
      if (text === nothing) return all.trimEnd() + nothing;
      if (texts[index - 1] === nothing) return all + text.trimStart();
      return all + (/[.!?…"”’)]$/u.test(all) && /^[\p{Lu}\p{N}]/u.test(text) ? ' ' : '') + text;
    }, '')
    .trim();
