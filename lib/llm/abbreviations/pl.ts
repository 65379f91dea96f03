import type { Abbreviations } from './abbreviations.ts';

export const pl: Abbreviations = {
  titles: 'Św',
  leading:
    'ul pl os np tzn tj tzw m.in św im dr mgr inż hab prof gen płk ppłk kpt sierż ks zob wg woj pow gm ww rozdz ' +
    'pt',
  trailing: 'itd itp godz sek tys zł gr str kw',
  naming: 'sp z.o.o al',
  starters:
    'To Ten Ta Ci On Ona Ono Oni One Ja Ty My Wy Pan Pani Jest Są Był Była Było Czy Co Kto Gdzie Kiedy Jak ' +
    'Dlaczego Ile Jaki Jaka Jakie Który Która Tak Nie I A Ale Lub Albo Więc Potem Następnie Jeśli Jeżeli Gdy W ' +
    'Na Z Ze Od Po Przy Dla Za O U Przed Bez Mój Moja Nasz Proszę Dziękuję Dzień Może Można Mogę Chce Również ' +
    'Także Teraz Dziś Jutro Wczoraj Tutaj Tam Wszystko Bardzo',
};
