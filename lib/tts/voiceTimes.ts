import type { TimedWord } from '../engine.ts';
import { spokenLength } from './spokenLength.ts';

/** The number of texts of which facts are kept: those of the current reply. */
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
 * A call's knowledge of its voice: the word times of its texts and the words that it says instead, if the voice reports
 * them, and how slowly it speaks.
 */
export class VoiceTimes {
  readonly #cautious: number;
  readonly #words = new Map<string, readonly TimedWord[]>();
  readonly #spoken = new Map<string, string>();
  /** The slowest text so far, ms: per letter of `spokenLength`, and per character. */
  #slowest: { readonly perLetter: number; readonly perCharacter: number } | undefined;

  /** `cautious`: the duration of a character before any is measured, ms. Default 150. */
  constructor(cautious: number = cautiousMsPerCharacter) {
    this.#cautious = cautious;
  }

  /** The voice reports when the words of a text end. */
  noteWords(text: string, words: readonly TimedWord[]): void {
    note(this.#words, text, words);
  }

  /** The voice says a text in other words, or in its own again. */
  noteSpoken(text: string, spoken: string): void {
    const [, before = '', after = ''] = /^(\s*)[^]*?(\s*)$/u.exec(text) ?? [];
    note(this.#spoken, text, `${before}${spoken.trim()}${after}`);
  }

  /** The words that the voice said of a text last, if it has reported any. */
  spokenOf(text: string): string | undefined {
    return this.#spoken.get(text);
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

/** Keeps the newest texts. */
function note<Fact>(facts: Map<string, Fact>, text: string, fact: Fact): void {
  facts.delete(text); // so that a text which is said again is the newest
  facts.set(text, fact);
  const [oldest] = facts.keys();
  if (facts.size > maxTexts && oldest !== undefined) facts.delete(oldest);
}
