/**
 * The words of a language that turn-taking needs, as data. Case, accents of Greek, vowel marks, full-width
 * forms and apostrophes do not matter (see `folded`), nor do repetitions ("ja ja", "嗯嗯嗯") and long letters ("mmmm").
 *
 * To add yours: copy `lib/languages/en.ts`, translate by everyday speech and not by the dictionary, and put it into
 * `lib/languages/languages.ts`; the tables of `spec/languages` have a row for it. Without a change to the library: give
 * the object itself as `bargeIn: { language }` and `turns: { language }`.
 */
export interface Language {
  /** Its tag (BCP 47): `en`. */
  readonly tag: string;
  /** Words with which listeners show attention: no interruption, unless the bot has just asked a question. */
  readonly backchannels: readonly string[];
  /** Phrases that always interrupt, even when short. */
  readonly interruptions: readonly string[];
  /**
   * Endings of those phrases, which speakers attach without a space: particles and polite forms, such as 요 of 그만요.
   * Only after two syllables or three letters. An ending that makes other words (그만큼) does not belong here: list the
   * whole form instead. Default: none.
   */
  readonly interruptionEndings?: readonly string[];
  /** The same for `backchannels`. */
  readonly backchannelEndings?: readonly string[];
  /**
   * Words that end no sentence, whatever punctuation the engine set after them: conjunctions, articles, fillers. `-`
   * before one makes it the ending of a longer word.
   */
  readonly open: readonly string[];
  /** Words that sometimes end a sentence: only if the engine detected an end there, and set punctuation. */
  readonly perhapsOpen: readonly string[];
  /** Words that end a question, or another complete sentence, where engines set no punctuation: 吗, か. */
  readonly complete?: readonly string[];
}
