import type { Abbreviations } from './abbreviations.ts';

/** Swedish, and Danish and Norwegian abbreviations with the same spelling. */
export const sv: Abbreviations = {
  leading: 't.ex f.eks bl.a d.v.s dvs fr.o.m t.o.m m.fl jfr',
  trailing: 'osv o.s.v m.m kl tfn tlf',
  starters: 'Det Den De Han Hon Vi Jag Du Ni Och Men Om Är Har Kan Vill Hej Ja Nej Tack Jeg Vil Er Det',
};
