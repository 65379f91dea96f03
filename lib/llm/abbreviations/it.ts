import type { Abbreviations } from './abbreviations.ts';

export const it: Abbreviations = {
  titles: 'Sig Sigg Dott Avv Ing Geom Egr Spett Mons',
  leading:
    'dott dott.ssa dr dr.ssa sig sig.ra sig.na sigg prof prof.ssa avv ing geom egr spett mons cfr p.es pagg ' +
    'c.so v.le p.zza p.za l.go tav sez',
  trailing: 'ecc es pag ott giu lug gen sett tel',
  naming: 's.p.a s.r.l f.lli',
  starters:
    'Il Lo La I Gli Le Un Uno Una Io Tu Lui Lei Noi Voi Loro Poi Ma E O Se Quando Dove Come Perché Chi Che Cosa ' +
    'Quale Quali Quanto Quanti Sì No Grazie Ciao Questo Questa Questi Queste Quello Quella Mio Mia Suo Sua ' +
    'Nostro In Con Per Alla Nel Nella Su Sul È Sono Era Può Posso Vuole Vuoi Desidera Ha Ho Anche Inoltre ' +
    'Quindi Allora Ora Oggi Domani Ieri Qui Tutto Tutti Molto Più Non Ecco Si Ci Chiami Venga Abbiamo',
};
