import { languages, type LanguageTag } from '../languages/languages.ts';
import type { Language } from '../languages/language.ts';

type Lists = Readonly<Record<LanguageTag, readonly string[]>>;
const lists = (listOf: (language: Language) => readonly string[]): Lists =>
  Object.fromEntries(Object.entries(languages).map(([tag, language]) => [tag, listOf(language)])) as Lists;

/**
 * What listeners say to show that they listen, by language: no interruption, unless the bot just asked something.
 *
 * @example
 * bargeIn: { never: [...backchannels.en, 'roger'] }
 */
export const backchannels: Lists = lists(language => language.backchannels);

/** Words that interrupt however few they are, by language. */
export const interruptions: Lists = lists(language => language.interruptions);

/** A language there are lists for. */
export type BackchannelLanguage = LanguageTag;
