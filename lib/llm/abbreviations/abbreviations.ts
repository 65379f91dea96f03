/**
 * A language's abbreviations that end with a full stop, grouped by the text that may follow, and the words that start
 * its sentences. Each list is words between spaces, without the last full stop.
 */
export interface Abbreviations {
  /** Titles as they are capitalised. A name follows, so the stop never ends a sentence. */
  readonly titles?: string;
  /** In lower case. The sentence always goes on. */
  readonly leading?: string;
  /** In lower case. The sentence goes on with a lower-case word or a number; anything else starts a new one. */
  readonly trailing?: string;
  /** In lower case. The sentence goes on with any word but one of `starters`: "5 Mio. Euro", "Apple Inc. Europe". */
  readonly naming?: string;
  /** Words that start a sentence rather than go on with a name, capitalised. */
  readonly starters?: string;
}
