import { languages, type LanguageTag } from '../languages/languages.ts';
import type { Language } from '../languages/language.ts';

type Lists = Readonly<Record<LanguageTag, readonly string[]>>;
const lists = (listOf: (language: Language) => readonly string[]): Lists =>
  Object.fromEntries(Object.entries(languages).map(([tag, language]) => [tag, listOf(language)])) as Lists;

/**
 * Words with which listeners show attention, by language. They do not interrupt, unless the bot has just asked a
 * question.
 *
 * @example
 * bargeIn: { never: [...backchannels.en, 'roger'] }
 */
export const backchannels: Lists = lists(language => language.backchannels);

/** Words that interrupt even when they are few, by language. */
export const interruptions: Lists = lists(language => language.interruptions);

/** A language with lists of its own. */
export type BackchannelLanguage = LanguageTag;
