import type { Abbreviations } from './abbreviations/abbreviations.ts';
import { cs } from './abbreviations/cs.ts';
import { de } from './abbreviations/de.ts';
import { el } from './abbreviations/el.ts';
import { en } from './abbreviations/en.ts';
import { es } from './abbreviations/es.ts';
import { fr } from './abbreviations/fr.ts';
import { hi } from './abbreviations/hi.ts';
import { it } from './abbreviations/it.ts';
import { nl } from './abbreviations/nl.ts';
import { pl } from './abbreviations/pl.ts';
import { pt } from './abbreviations/pt.ts';
import { ru } from './abbreviations/ru.ts';
import { sv } from './abbreviations/sv.ts';
import { tr } from './abbreviations/tr.ts';

/** All languages at once: an answer may change its language, and its language is not known. */
const languages: readonly Abbreviations[] = [cs, de, el, en, es, fr, hi, it, nl, pl, pt, ru, sv, tr];

const words = (list: string): readonly string[] => list.trim().split(/\s+/u);
const all = (kind: keyof Abbreviations): ReadonlySet<string> =>
  new Set(languages.flatMap(language => words(language[kind] ?? '')));

/** Titles and the like, as they are capitalised: a name follows, so their full stop never ends a sentence. */
export const titles: ReadonlySet<string> = all('titles');

/** Abbreviations, in lower case, after which the sentence always goes on. */
export const leading: ReadonlySet<string> = all('leading');

/** Abbreviations, in lower case, that a number or a lower-case word may follow; anything else starts a sentence. */
export const trailing: ReadonlySet<string> = all('trailing');

/** Abbreviations after which a sentence ends only if the next word is one of {@link starters}. */
export const naming: ReadonlySet<string> = all('naming');

/** Words that start a sentence rather than go on with a name. */
export const starters: ReadonlySet<string> = all('starters');

/** Words that follow "a.m." and "p.m." within a sentence although capitalised: days, months and time zones. */
export const afterTime: ReadonlySet<string> = new Set(
  words(`
  Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun
  January February March April May June July August September October November December
  Eastern Central Mountain Pacific Greenwich EST EDT ET CST CDT CT MST MDT MT PST PDT PT GMT UTC BST CET CEST IST JST
`),
);

/** The first three letters of the months that German writes a day with a full stop before: "3. Mai". */
export const months: ReadonlySet<string> = new Set(
  words('Jan Jän Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez'),
);

/** Words before a number that make "2." an ordinal in German: "im 19. Jahrhundert". English "am 5." is left out. */
export const beforeOrdinal: ReadonlySet<string> = new Set(
  words(`
  der die das dem den des im vom zum zur beim Am Der Die Das Dem Den Im Vom Zum Beim ein eine einen einem einer
`),
);
