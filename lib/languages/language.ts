/**
 * What is to be known of a language to take turns in it: words, as data. Case, accents of Greek, vowel marks, full-width
 * forms and apostrophes do not matter (see `folded`), nor do repetitions ("ja ja", "嗯嗯嗯") and long letters ("mmmm").
 *
 * To add yours: copy `lib/languages/en.ts`, translate by what people say and not by the dictionary, and put it into
 * `lib/languages/languages.ts`; the tables of `spec/languages` have a row for it. Without a change to the library: give
 * the object itself as `bargeIn: { language }` and `turns: { language }`.
 */
export interface Language {
  /** Its tag (BCP 47): `en`. */
  readonly tag: string;
  /** What listeners say to show that they listen: no interruption, unless the bot just asked something. */
  readonly backchannels: readonly string[];
  /** What interrupts, however few words it takes otherwise. */
  readonly interruptions: readonly string[];
  /**
   * What no sentence ends with, whatever mark the engine set after it: conjunctions, articles, fillers. `-` before one
   * makes it the ending of a longer word.
   */
  readonly open: readonly string[];
  /** What sometimes ends one: taken for an end only if the engine heard one there, and set a mark. */
  readonly perhapsOpen: readonly string[];
  /** What ends a question, or another complete sentence, where engines set no marks: 吗, か. */
  readonly complete?: readonly string[];
}
