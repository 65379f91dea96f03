const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/** Titles and the like, as they are capitalised: a name follows, so their full stop never ends a sentence. */
export const titles: ReadonlySet<string> = words(`
  Mr Mrs Ms Mx Dr Drs Prof St Ste Mt Ft Rev Hon Pres Gov Sen Rep Gen Col Maj Capt Cpt Cmdr Lt Sgt Adm Supt
  Hr Hrn Fr Frl Dipl Ing Mag Sr Sra Srta Sres Dra Dña Lic Ud Uds EE Mme Mlle Mgr Sig Dott Avv Dhr Mevr डॉ प्रो
`);

/** Abbreviations, in lower case, that more of the sentence always follows. */
export const leading: ReadonlySet<string> = words(`
  e.g i.e eg ie cf viz vs approx incl esp
  z.b d.h u.a v.a o.ä m.e u.u i.d.r s.o s.u bzw ca ggf evtl inkl exkl zzgl vgl bspw sog allg
  p.ex ex c.-à-d c.à.d env p.ej ej aprox ej d.w.z bijv resp np tzn т.е т.н ул пр
`);

/** Abbreviations, in lower case, that a number or a lower-case word may follow; anything else starts a sentence. */
export const trailing: ReadonlySet<string> = words(`
  no nos nr nrn núm num art abs vol vols pp fig figs sec ch chap eq ext tel pág págs pag bd kap str av avda rte
  jan feb mar apr jun jul aug sep sept oct okt nov dec dez janv févr juil déc ene abr ago dic
  etc usw ecc enz itd et.al al min max hr hrs lb lbs oz tbsp tsp sq mio mrd tsd std т.д т.п
`);

/** Abbreviations, in lower case, in the middle or at the end of names: a sentence ends there if the next word starts one. */
export const naming: ReadonlySet<string> = words(`
  inc ltd corp co bros jr esq llc gmbh dept assn univ ave blvd rd ln pkwy hwy apt ph.d uu
`);

/** Words that start a sentence rather than go on with a name. */
export const starters: ReadonlySet<string> = words(`
  The A An This That These Those There Here It Its It's He She They We You I I'm I'll I've I'd You're We're They're
  He's She's That's There's Let's My Your His Her Our Their If When Where What Who Why How Which While Although
  Because Since After Before Then Now Also And But Or So Yet However Please Would Could Should Can Do Does Did Is
  Are Was Were Will Have Has Had In On At For From With Without By To As Not No Yes Let Just Once Until Otherwise
  Der Die Das Es Er Sie Wir Ich Ein Eine Dann Und Aber Oder Wenn Danach Bitte Im Am
  Le La Les Il Elle Ils Nous Vous Je On Un Une Puis Ensuite Mais Et Si
  El Los Las Yo Usted Nosotros Luego Después Pero Y Es Por Para
`);

/** The first three letters of the months that German writes a day with a full stop before: "3. Mai". */
export const months: ReadonlySet<string> = words('Jan Jän Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez');

/** Words before a number that make "2." an ordinal in German: "im 19. Jahrhundert". English "am 5." is left out. */
export const beforeOrdinal: ReadonlySet<string> = words(`
  der die das dem den des im vom zum zur beim Am Der Die Das Dem Den Im Vom Zum Beim ein eine einen einem einer
`);
