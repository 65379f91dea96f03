import type { Abbreviations } from './abbreviations.ts';

export const en: Abbreviations = {
  titles:
    'Mr Mrs Ms Mx Dr Drs Prof St Ste Mt Ft Rev Hon Pres Gov Sen Rep Gen Col Maj Capt Cpt Cmdr Lt Sgt Adm Supt Messrs ' +
    'Pvt Cpl Amb Atty Sr',
  leading: 'e.g i.e eg ie cf viz vs approx incl esp w.r.t a.k.a',
  trailing:
    'no nos nr vol vols pp fig figs sec ch chap eq ext art abs abbr misc est jan feb mar apr jun jul aug sep sept oct ' +
    'nov dec etc min mins max hr hrs lb lbs oz tbsp tsp sq ft yd yds gal qt',
  naming: 'inc ltd corp co bros jr esq llc dept assn univ ave blvd rd ln pkwy hwy apt ph.d al tel',
  starters:
    "The A An This That These Those There Here It Its It's He She They We You I I'm I'll I've I'd You're We're We'll " +
    "You'll They're He's She's That's There's Let's Don't My Your His Her Our Their If When Where What Who Why How " +
    'Which Whose While Although Though Because Since After Before Then Now Also And But Or So Yet However Therefore ' +
    'Please Would Could Should Shall Can Do Does Did Is Are Was Were Will Have Has Had May Might Must Need Want In On ' +
    'At For From With Without By To As Not No Yes Let Just Once Until Otherwise Maybe Perhaps Sorry Thanks Thank Okay ' +
    'OK Sure Great Today Tomorrow Tonight Yesterday Every Each All Some Many Most Both Any Anything Nothing Something ' +
    'Everything Everyone Nobody First Next Finally Ask Call Tell Take Bring Try Feel Look Come Shop Stop',
};
