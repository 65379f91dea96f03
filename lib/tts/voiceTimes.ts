import type { TimedWord } from '../engine.ts';
import { spokenLength } from './spokenLength.ts';

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

/**
 * A call's knowledge of its voice: the word times of its texts, if the voice reports them, and how slowly it speaks.
 */
export class VoiceTimes {
  readonly #cautious: number;
  readonly #words = new Map<string, readonly TimedWord[]>();
  /** The slowest text so far, ms: per letter of `spokenLength`, and per character. */
  #slowest: { readonly perLetter: number; readonly perCharacter: number } | undefined;

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
    const letters = spokenLength(text);
    if (letters < minCharacters || ms === 0) return;
    const { perLetter = 0, perCharacter = 0 } = this.#slowest ?? {};
    this.#slowest = {
      perLetter: Math.max(perLetter, ms / letters),
      perCharacter: Math.max(perCharacter, ms / text.length),
    };
  }

  /**
   * The longest likely duration of a text whose audio is still arriving, ms. Voices differ in how long a syllable of
   * another script takes, so the longer estimate counts.
   */
  longestMs(text: string): number {
    if (this.#slowest === undefined) return spokenLength(text) * this.#cautious;
    const { perLetter, perCharacter } = this.#slowest;
    return margin * Math.max(spokenLength(text) * perLetter, text.length * perCharacter);
  }
}
