import { RxvoiceError } from '../errors.ts';
import { ar } from './ar.ts';
import { de } from './de.ts';
import { el } from './el.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { hi } from './hi.ts';
import { it } from './it.ts';
import { ja } from './ja.ts';
import { ko } from './ko.ts';
import type { Language } from './language.ts';
import { nl } from './nl.ts';
import { pl } from './pl.ts';
import { pt } from './pt.ts';
import { ru } from './ru.ts';
import { th } from './th.ts';
import { tr } from './tr.ts';
import { und } from './und.ts';
import { zh } from './zh.ts';

/** The languages that rxvoice knows the words of, by tag; see {@link Language} for how to add one. */
export const languages = { ar, de, el, en, es, fr, hi, it, ja, ko, nl, pl, pt, ru, th, tr, zh } as const;

/** The tag of a language that rxvoice knows the words of. */
export type LanguageTag = keyof typeof languages;

/** The known language of a tag (BCP 47, in any case): `de-AT` and `de_AT` are German. Nothing where none is known. */
export function knownLanguage(tag: string): Language | undefined {
  const primary = /^[a-z]+/iu.exec(tag)?.[0].toLowerCase() ?? '';
  return Object.hasOwn(languages, primary)
    ? languages[primary as LanguageTag]
    : primary === 'cmn' || primary === 'yue'
      ? zh
      : primary === 'und'
        ? und
        : undefined;
}

/**
 * The language of a tag, or the language itself where a program brings its own.
 *
 * @throws RxvoiceError for a tag of none.
 *
 * @example
 * languageOf('zh-Hant-TW').backchannels // ['嗯', …]
 */
export function languageOf(language: string | Language): Language {
  const known = typeof language === 'string' ? knownLanguage(language) : language;
  if (known !== undefined) return known;
  throw new RxvoiceError(`language: ${expectedLanguage}, but got ${JSON.stringify(language)}.`);
}

/** The error for an unknown language. */
export const expectedLanguage = `expected one of ${Object.keys(languages).join(', ')} (also with a region: 'de-AT'), 'und' for any other, or a Language of your own`;
