import type { TimedWord } from '../engine.ts';

/** The number of texts whose word times are kept: those of the current reply. */
const maxTexts = 20;

/**
 * The duration of a character before any is measured, ms: slower than nearly every voice, so that too little is
 * reported rather than too much.
 */
const cautiousMsPerCharacter = 150;

/** The number of characters from which a measured rate is trusted. */
const minCharacters = 12;

/** A sentence may be spoken this much more slowly than the slowest one so far. */
const margin = 1.15;

/** An ideograph, a kana or a Hangul syllable takes about as long as three letters. */
const syllabic = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/**
 * A call's knowledge of its voice: the word times of its texts, if the voice reports them, and how slowly it speaks.
 */
export class VoiceTimes {
  readonly #cautious: number;
  readonly #words = new Map<string, readonly TimedWord[]>();
  #slowest: number | undefined;

  /** `cautious`: the duration of a character before any is measured, ms. Default 150. */
  constructor(cautious: number = cautiousMsPerCharacter) {
    this.#cautious = cautious;
  }

  /** The voice reports when the words of a text end. */
  noteWords(text: string, words: readonly TimedWord[]): void {
    this.#words.delete(text); // so that a text which is said again is the newest
    this.#words.set(text, words);
    const [oldest] = this.#words.keys();
    if (this.#words.size > maxTexts && oldest !== undefined) this.#words.delete(oldest);
  }

  wordsOf(text: string): readonly TimedWord[] | undefined {
    return this.#words.get(text);
  }

  /** All audio of a text has arrived: it lasts `ms`. */
  learn(text: string, ms: number): void {
    const characters = weightOf(text);
    if (characters < minCharacters || ms === 0) return;
    this.#slowest = Math.max(this.#slowest ?? 0, ms / characters);
  }

  /** The longest likely duration of a text whose audio is still arriving, ms. */
  longestMs(text: string): number {
    const msPerCharacter = this.#slowest === undefined ? this.#cautious : this.#slowest * margin;
    return weightOf(text) * msPerCharacter;
  }
}

const weightOf = (text: string): number => text.length + 2 * (text.match(syllabic)?.length ?? 0);
