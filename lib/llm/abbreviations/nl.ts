import type { Abbreviations } from './abbreviations.ts';

export const nl: Abbreviations = {
  titles: 'Dhr Mevr Mw Drs Ir Ds Zr',
  leading:
    'bijv bv d.w.z o.a m.a.w t.o.v i.v.m m.b.t n.a.v i.p.v t.a.v a.d.h.v evt excl resp zgn z.g nl dhr mevr mw ' +
    'drs vgl p.p jl',
  trailing: 'enz e.d e.a itd mrt okt blz pag nrs',
  naming: 'mln mld',
  starters:
    'Het Een Ik Jij Je U Hij Zij Ze Wij We Jullie Er Dit Dat Deze Die Dan En Maar Of Als Wanneer Waar Wat Wie ' +
    'Hoe Waarom Welke Ja Nee Niet Geen Bedankt Hallo Mijn Uw Ons Onze Hun Op Aan Bij Met Voor Naar Uit Over Om ' +
    'Is Zijn Was Waren Wilt Wil Kan Kunt Kunnen Mag Moet Heeft Heb Ook Nog Nu Vandaag Morgen Gisteren Hier Daar ' +
    'Alles Alle Zo Daarna Daarom Graag Bel Kom',
};
